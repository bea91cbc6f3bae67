namespace Simulation.Plc.G3;

/// <summary>How far a modem is since its power came.</summary>
public enum G3State
{
    Uninitialised, Initialising, Ready, Started,
}

/// <summary>A command of the host.</summary>
/// <param name="Role">True: only as coordinator, false: only as device; null: both.</param>
/// <param name="Octets">Fewest octets of parameters.</param>
internal sealed record G3Command(bool? Role, int Octets, Action<byte[]> Do);
