namespace Simulation.Plc;

/// <summary>A power line modem as its host sees it: octets in, octets out. It runs on a pipe in virtual time or on a pty; it has no thread and no timer of its own (the power line has both).</summary>
public interface IPlcModem
{
    /// <summary>Octets for the host: a frame, a part of one, or rubbish. Called on the power line's time, never twice at once.</summary>
    Action<byte[]>? ToHost { get; set; }

    /// <summary>Takes octets of the host, in any pieces.</summary>
    void Take(ReadOnlySpan<byte> octetsFromHost);

    /// <summary>Without power it says nothing and forgets what it does not keep.</summary>
    void PowerOff();

    /// <summary>Starts it again.</summary>
    void PowerOn();
}
