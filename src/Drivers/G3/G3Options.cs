using Drivers.Dlms;
using Drivers.Usi;
using Metering.Driver;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>How a G3 network is run.</summary>
/// <param name="Name">The driver's name in the configuration.</param>
/// <param name="Port">Where the modem is, for sentences.</param>
/// <param name="Dlms">How its meters are spoken with; what is a node's own is put in for each.</param>
public sealed record G3Options(string Name, string Port, DlmsOptions Dlms)
{
    /// <summary>The PAN id that is wanted. On a conflict another one is taken, and kept.</summary>
    public ushort PanId { get; init; } = 0x781D;

    /// <summary>Where the modem works.</summary>
    public G3Band Band { get; init; } = G3Band.CenelecA;

    /// <summary>Speed of the line.</summary>
    public int Baud { get; init; } = UsiPortOptions.DefaultBaud;

    /// <summary>UDP port of DLMS, ours and the meters': 4059, or 61616 to 61631 in fewer octets on the air.</summary>
    public ushort UdpPort { get; init; } = UdpPacket.DlmsPort;

    /// <summary>Hop limit of packets; routers of this medium do not count it down.</summary>
    public byte HopLimit { get; init; } = 8;

    /// <summary>EUIs are printed on meters, and stand in the keys file, from the last octet the modem gives to the first.</summary>
    public bool EuiReversed { get; init; }

    /// <summary>Most hops of a route.</summary>
    public byte MaxHops { get; init; } = 8;

    /// <summary>How long routes live, minutes; null leaves it to the modem.</summary>
    public ushort? RouteMinutes { get; init; }

    /// <summary>Carriers that may be used, 9 octets; empty leaves it to the modem.</summary>
    public ReadOnlyMemory<byte> ToneMask { get; init; }

    /// <summary>How the box names itself in joining; empty leaves it to the modem.</summary>
    public ReadOnlyMemory<byte> Identity { get; init; }

    /// <summary>How long the network is looked for whose PAN id is the same, before one without nodes is started; zero does not look.</summary>
    public TimeSpan DiscoverFor { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest APDU a meter may send: a longer one would be lost in the modem, whose write buffer has 1,024 octets after escaping (2.8).</summary>
    public ushort LongestPdu { get; init; } = 900;

    /// <summary>The longest IPv6 packet the modem is given, octets (2.8).</summary>
    public int LongestPacket { get; init; } = 970;

    /// <summary>Packets the modem is given before it has confirmed the first of them (2.8).</summary>
    public int PacketsAtOnce { get; init; } = 3;

    /// <summary>Meters worked at the same time.</summary>
    public int MetersAtOnce { get; init; } = 4;

    /// <summary>The most urgent message goes first; false, for comparison: whoever came first.</summary>
    public bool Arbitrates { get; init; } = true;

    /// <summary>How long a confirm of the modem itself may take.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the modem may take to start.</summary>
    public TimeSpan InitializeWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a packet may take to its first hop, the search for a route with it.</summary>
    public TimeSpan ConfirmWithin { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How long the search for a route or a path may take.</summary>
    public TimeSpan DiscoveryWithin { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>How long a datagram waits for a modem that is starting, or has no room.</summary>
    public TimeSpan HoldWithin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a join may take from the short address on: the modem's own patience with the device is 300 s (LBP message timeout).</summary>
    public TimeSpan JoinWithin { get; init; } = TimeSpan.FromSeconds(330);

    /// <summary>Joins under way at once: slots of a stock modem (2.4).</summary>
    public int JoinsAtOnce { get; init; } = 5;

    /// <summary>So many joins that were not completed, and the device is spared for a while.</summary>
    public int JoinsTried { get; init; } = 3;

    /// <summary>How long a device is spared whose key seems wrong, unless the keys change.</summary>
    public TimeSpan SpareFor { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a device may take for its new group key.</summary>
    public TimeSpan RekeyWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the MAC frame counter is kept.</summary>
    public TimeSpan CounterEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How far the frame counter goes on where it is not known how many frames were sent since it was kept; more than any modem sends in the time between.</summary>
    public uint CounterJump { get; init; } = 1 << 20;

    /// <summary>Path and route searches are so far apart: each of them goes through the whole network.</summary>
    public TimeSpan DiscoveriesApart { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old the path to a node may be before it is asked for again.</summary>
    public TimeSpan PathEvery { get; init; } = TimeSpan.FromHours(12);

    /// <summary>After so long a route to a node that was given up is looked for the first time.</summary>
    public TimeSpan ReviveSoon { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After so long it is looked for again; each time in vain doubles it.</summary>
    public TimeSpan ReviveAfter { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The longest of them.</summary>
    public TimeSpan ReviveLongest { get; init; } = TimeSpan.FromHours(2);

    /// <summary>How often counters are told.</summary>
    public TimeSpan TellEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How the meter of a node is spoken with.</summary>
    public DlmsOptions OfNode(string eui, ExpectedMeter? expected) => Dlms with
    {
        Name = Name, Port = $"G3 node {eui}", Framing = DlmsFraming.Wrapper, Meter = expected?.Meter ?? default, SparesAir = true, AtOnce = DlmsOptions.AtOnceOnAir, Arbitrates = Arbitrates,
        Profile = MeterProfiles.OfKind(expected?.Profile, Dlms.Profile),
        Association = Dlms.Association with { LongestPdu = Math.Min(Dlms.Association.LongestPdu, LongestPdu) },
    };
}
