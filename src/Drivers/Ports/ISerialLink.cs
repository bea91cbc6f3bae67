namespace Drivers.Ports;

/// <summary>A link over a serial line whose speed can be changed while it is open.</summary>
public interface ISerialLink : ILink
{
    /// <summary>Changes the speed; what was written before and has not left yet leaves at the new speed.</summary>
    /// <exception cref="IOException">The port does not take it.</exception>
    void SetSpeed(int baud);
}
