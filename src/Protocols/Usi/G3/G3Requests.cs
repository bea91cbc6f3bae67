using Protocols.Dlms.Apdu;

namespace Protocols.Usi.G3;

/// <summary>Where a modem works. Numbers that are not here are kept as they came.</summary>
public enum G3Band : byte
{
    CenelecA = 0, CenelecB = 1, Fcc = 2, Arib = 3, RadioOnly = 0xFF,
}

/// <summary>A command that nothing follows.</summary>
public sealed record Bare(G3Command What) : G3Message
{
    public override G3Command Command => What;

    public override string Name => What switch
    {
        G3Command.NetworkLeaveRequest => "network-leave",
        G3Command.ResetRequest => "reset",
        G3Command.NetworkLeaveIndication => "network-leave-indication",
        G3Command.PathRequestIndication => "path-request-indication",
        _ => "activate-new-key",
    };

    internal override void WriteTo(PduWriter to)
    {
    }
}

/// <summary>A command this version does not know, with what follows it: <c>command | octets</c></summary>
public sealed record Unknown(G3Command What, ReadOnlyMemory<byte> Octets) : G3Message
{
    public override G3Command Command => What;

    public override string Name => $"unknown-{(byte)What:x2}";

    internal override void WriteTo(PduWriter to) => to.Raw(Octets);
}

/// <summary>Starts the modem, or starts it again: <c>0A | band | role</c>. Its STATUS comes when the modem is ready, not at once.</summary>
public sealed record Initialize(G3Band Band, bool IsCoordinator) : G3Message
{
    public override G3Command Command => G3Command.Initialize;

    public override string Name => "initialize";

    internal override void WriteTo(PduWriter to) => to.Byte((byte)Band).Flag(IsCoordinator);
}

/// <summary>Sends an IPv6 packet: <c>0B | handle | discover route | quality of service | count u16 | packet</c>. Its confirm tells the same handle.</summary>
/// <param name="QualityOfService">0 normal, 1 high.</param>
public sealed record DataRequest(byte Handle, bool DiscoversRoute, byte QualityOfService, ReadOnlyMemory<byte> Packet) : G3Message
{
    public override G3Command Command => G3Command.DataRequest;

    public override string Name => "data-request";

    internal override void WriteTo(PduWriter to) => to.Byte(Handle).Flag(DiscoversRoute).Byte(QualityOfService).Counted(Packet);
}

/// <summary>Sends octets without IP: <c>18 | destination u16 | handle | discover route | quality of service | count u16 | octets</c></summary>
public sealed record NoIpDataRequest(ushort Destination, byte Handle, bool DiscoversRoute, byte QualityOfService, ReadOnlyMemory<byte> Octets) : G3Message
{
    public override G3Command Command => G3Command.NoIpDataRequest;

    public override string Name => "no-ip-data-request";

    internal override void WriteTo(PduWriter to) => to.UInt16(Destination).Byte(Handle).Flag(DiscoversRoute).Byte(QualityOfService).Counted(Octets);
}

/// <summary>Looks which networks there are: <c>0C | seconds</c>. One 30 a network, then 21.</summary>
public sealed record DiscoveryRequest(byte Seconds) : G3Message
{
    public override G3Command Command => G3Command.DiscoveryRequest;

    public override string Name => "discovery-request";

    internal override void WriteTo(PduWriter to) => to.Byte(Seconds);
}

/// <summary>Starts a network: <c>0D | PAN id u16</c></summary>
public sealed record NetworkStartRequest(ushort PanId) : G3Message
{
    public override G3Command Command => G3Command.NetworkStartRequest;

    public override string Name => "network-start-request";

    internal override void WriteTo(PduWriter to) => to.UInt16(PanId);
}

/// <summary>A device joins: <c>0E | PAN id u16 | address of the agent u16 | media</c></summary>
public sealed record NetworkJoinRequest(ushort PanId, ushort Agent, byte Media) : G3Message
{
    public override G3Command Command => G3Command.NetworkJoinRequest;

    public override string Name => "network-join-request";

    internal override void WriteTo(PduWriter to) => to.UInt16(PanId).UInt16(Agent).Byte(Media);
}

/// <summary>Finds a route: <c>14 | destination u16 | most hops</c></summary>
public sealed record RouteDiscoveryRequest(ushort Destination, byte MaxHops) : G3Message
{
    public override G3Command Command => G3Command.RouteDiscoveryRequest;

    public override string Name => "route-discovery-request";

    internal override void WriteTo(PduWriter to) => to.UInt16(Destination).Byte(MaxHops);
}

/// <summary>Asks which way data take: <c>15 | destination u16 | metric type</c></summary>
public sealed record PathDiscoveryRequest(ushort Destination, byte MetricType) : G3Message
{
    public override G3Command Command => G3Command.PathDiscoveryRequest;

    public override string Name => "path-discovery-request";

    internal override void WriteTo(PduWriter to) => to.UInt16(Destination).Byte(MetricType);
}
