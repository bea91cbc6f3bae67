using Protocols.Dlms.Push;

namespace Drivers.Dlms.Push;

/// <summary>How pushes are framed on a port.</summary>
public enum PushFraming
{
    /// <summary>Found out: the first frame whose check holds decides.</summary>
    Found,
    /// <summary>IEC 62056-47.</summary>
    Wrapper,
    /// <summary>HDLC, UI and I frames.</summary>
    Hdlc,
    /// <summary>Wired M-Bus long frames.</summary>
    MBus,
    /// <summary>P1 telegrams and readouts of mode D.</summary>
    P1,
}

/// <summary>A port that only listens.</summary>
/// <param name="Name">The driver's name in the configuration.</param>
/// <param name="Port">The tty, or the address that is listened on, for people.</param>
/// <param name="Framing">How pushes are framed.</param>
/// <param name="Push">What is known of the meters.</param>
/// <param name="SystemTitle">The box's own, 8 octets, for confirmations.</param>
public sealed record PushPortOptions(string Name, string Port, PushFraming Framing, PushOptions Push, ReadOnlyMemory<byte> SystemTitle)
{
    /// <summary>Meters that may be connected at once; further ones are turned away.</summary>
    public int MostConnections { get; init; } = 512;

    /// <summary>A connection on which nothing came for so long is closed: meters push once a day at the least, and connect anew for it.</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromMinutes(30);
}
