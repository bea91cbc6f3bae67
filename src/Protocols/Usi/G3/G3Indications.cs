using Protocols.Dlms.Apdu;

namespace Protocols.Usi.G3;

/// <summary>An IPv6 packet came in: <c>1F | LQI | count u16 | packet</c></summary>
/// <param name="Lqi">How well its last hop was heard, 255 the best.</param>
public sealed record DataIndication(byte Lqi, ReadOnlyMemory<byte> Packet) : G3Message
{
    public override G3Command Command => G3Command.DataIndication;

    public override string Name => "data-indication";

    internal override void WriteTo(PduWriter to) => to.Byte(Lqi).Counted(Packet);
}

/// <summary>
/// Something is wrong in the air: <c>20 | PAN id u16 | size | source | size | destination | status | security level | key index | media</c>, an address of 2 octets or of 8
/// </summary>
/// <param name="Source">2 octets, or 8.</param>
/// <param name="Destination">2 octets, or 8.</param>
public sealed record NetworkStatusIndication(
    ushort PanId, ReadOnlyMemory<byte> Source, ReadOnlyMemory<byte> Destination, MacStatus Status, byte SecurityLevel, byte KeyIndex, byte Media) : G3Message
{
    public override G3Command Command => G3Command.NetworkStatusIndication;

    public override string Name => "network-status-indication";

    internal static NetworkStatusIndication Read(ref PduReader from) => new(from.UInt16(), Address(ref from), Address(ref from), (MacStatus)from.Byte(), from.Byte(), from.Byte(), from.Byte());

    internal override void WriteTo(PduWriter to) =>
        to.UInt16(PanId).Short(Source).Short(Destination).Byte((byte)Status).Byte(SecurityLevel).Byte(KeyIndex).Byte(Media);

    private static ReadOnlyMemory<byte> Address(ref PduReader from)
    {
        var size = from.Byte();
        return size is 2 or 8 ? from.Take(size) : from.Refuse<ReadOnlyMemory<byte>>($"an address of {size} octets: 2 or 8 were expected");
    }
}

/// <summary>Which of the modem's packet buffers are free. Their order is that of the vendor's compiler, not checked on hardware (2.2).</summary>
[Flags]
public enum G3Buffers : byte
{
    None = 0,
    /// <summary>One of 1,280 octets.</summary>
    Large = 1,
    /// <summary>One of 400 octets.</summary>
    Medium = 2,
    /// <summary>One of 100 octets.</summary>
    Small = 4,
    All = Large | Medium | Small,
}

/// <summary>The modem's buffers changed: <c>2F | bit map</c></summary>
public sealed record BufferIndication(G3Buffers Free) : G3Message
{
    public override G3Command Command => G3Command.BufferIndication;

    public override string Name => "buffer-indication";

    internal override void WriteTo(PduWriter to) => to.Byte((byte)Free);
}

/// <summary>A network that was found: <c>30 | PAN id u16 | LQI | address of the agent u16 | route cost to the coordinator u16 | [media]</c>; older firmware leaves the media out.</summary>
public sealed record DiscoveryIndication(ushort PanId, byte Lqi, ushort Agent, ushort CoordinatorRouteCost, byte? Media) : G3Message
{
    public override G3Command Command => G3Command.DiscoveryIndication;

    public override string Name => "discovery-indication";

    internal static DiscoveryIndication Read(ref PduReader from) => new(from.UInt16(), from.Byte(), from.UInt16(), from.UInt16(), from.Remaining > 0 ? from.Byte() : null);

    internal override void WriteTo(PduWriter to)
    {
        to.UInt16(PanId).Byte(Lqi).UInt16(Agent).UInt16(CoordinatorRouteCost);
        if (Media is { } media)
        {
            to.Byte(media);
        }
    }
}

/// <summary>
/// A packet found no way: <c>33 | source u16 | destination u16 | next hop u16 | previous hop u16 | route cost u16 | hops | weak links | just broken | compressed | count u16 | octets</c>
/// </summary>
public sealed record RouteNotFoundIndication(
    ushort Source, ushort Destination, ushort Next, ushort Previous, ushort RouteCost, byte Hops, byte WeakLinks, byte JustBroken, byte Compressed, ReadOnlyMemory<byte> Octets) : G3Message
{
    public override G3Command Command => G3Command.RouteNotFoundIndication;

    public override string Name => "route-not-found-indication";

    internal override void WriteTo(PduWriter to) =>
        to.UInt16(Source).UInt16(Destination).UInt16(Next).UInt16(Previous).UInt16(RouteCost).Byte(Hops).Byte(WeakLinks).Byte(JustBroken).Byte(Compressed).Counted(Octets);
}
