using Drivers.Dlms.Keys;
using Metering;
using Protocols.Dlms.Client;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>How APDUs travel.</summary>
public enum DlmsFraming
{
    /// <summary>IEC 62056-47, over TCP or UDP.</summary>
    Wrapper,
    /// <summary>The head of the IEC 61334-4-32 link layer, over a PRIME network: control, destination and source LSAP.</summary>
    Llc,
    /// <summary>IEC 62056-46, on a tty or over TCP.</summary>
    Hdlc,
    /// <summary>IEC 62056-21 sign-on in mode E, then HDLC, on a tty.</summary>
    ModeE,
}

/// <summary>How one meter is reached and spoken with.</summary>
/// <param name="Name">The driver's name in the configuration.</param>
/// <param name="Port">The port, for people.</param>
/// <param name="Framing">How APDUs travel.</param>
/// <param name="Association">How the box associates for reading.</param>
/// <param name="Profile">What is known of this kind of meter.</param>
/// <param name="SystemTitle">The box's own, 8 octets.</param>
public sealed record DlmsOptions(string Name, string Port, DlmsFraming Framing, AssociationSettings Association, MeterProfile Profile, ReadOnlyMemory<byte> SystemTitle)
{
    /// <summary>Under which name what is learned of the meter is kept; that of the driver where it leads to one meter.</summary>
    public string KeptAs { get; init; } = Name;

    /// <summary>The medium is slow and shared: nothing is asked that is known, or proven otherwise.</summary>
    public bool SparesAir { get; init; }

    /// <summary>The most urgent order goes first; false, for comparison: whoever came first.</summary>
    public bool Arbitrates { get; init; } = true;

    /// <summary>How often a question over datagrams is sent again, within <see cref="AnswerWithin"/>.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>The meter, where it does not serve the public client; none: it is asked.</summary>
    public MeterId Meter { get; init; }

    /// <summary>The object that tells the public client which invocation counter the meter expects; none: the one of its profile, or it is found out.</summary>
    public Obis CounterObject { get; init; }

    /// <summary>The box's private keys, its certificate and whose it believes; null where the keys file is all there is.</summary>
    public CertificateFiles? Certificates { get; init; }

    /// <summary>The meter's system title, 8 octets, for a pre-established association, where no AARE tells it; else empty.</summary>
    public ReadOnlyMemory<byte> MeterTitle { get; init; }

    /// <summary>Lower HDLC address; 0 for a server address of one octet.</summary>
    public int PhysicalAddress { get; init; }

    /// <summary>What we propose in SNRM.</summary>
    public HdlcParameters Hdlc { get; init; } = HdlcParameters.Default;

    /// <summary>The speed of a tty; with mode E the fastest that is taken, baud.</summary>
    public int Baud { get; init; } = 9600;

    /// <summary>Device address in the sign-on of mode E; empty calls whoever is on the line.</summary>
    public string SignOnAddress { get; init; } = "";

    /// <summary>The meter is behind a gateway, which is what the port leads to; null: it is on the port itself.</summary>
    public GatewayPrefix? Gateway { get; init; }

    /// <summary>How long an answer may take.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an order may go on without giving anything: a meter that answers for ever ends here.</summary>
    public TimeSpan StepWithin { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How much of a profile is asked for at once: a day on slow links, so that little is lost with one.</summary>
    public TimeSpan AtOnce { get; init; } = Framing == DlmsFraming.Hdlc ? TimeSpan.FromDays(1) : TimeSpan.FromDays(10);

    /// <summary>The same where many share the medium: between two of them what is more urgent has its turn, and what came is not lost. A day with its last row and the next one's first is one.</summary>
    public static TimeSpan AtOnceOnAir { get; } = TimeSpan.FromHours(25);

    /// <summary>After so long without an order the association is released and the port closed; below the meter's own idle time-out (60 to 180 s in the field).</summary>
    public TimeSpan IdleAfter { get; init; } = TimeSpan.FromSeconds(30);
}
