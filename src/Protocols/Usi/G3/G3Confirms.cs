using Protocols.Dlms.Apdu;

namespace Protocols.Usi.G3;

/// <summary>Tells an error, or that the modem is ready after an initialize: <c>00 | status | command</c></summary>
public sealed record StatusIndication(ModemStatus Status, G3Command About) : G3Message
{
    public override G3Command Command => G3Command.Status;

    public override string Name => "status";

    internal override void WriteTo(PduWriter to) => to.Byte((byte)Status).Byte((byte)About);
}

/// <summary>The answer to a command that nothing but a status follows: <c>21, 22, 24, 26 or 2B | status</c></summary>
public sealed record Confirm(G3Command What, AdpStatus Status) : G3Message
{
    public override G3Command Command => What;

    public override string Name => What switch
    {
        G3Command.DiscoveryConfirm => "discovery-confirm",
        G3Command.NetworkStartConfirm => "network-start-confirm",
        G3Command.NetworkLeaveConfirm => "network-leave-confirm",
        G3Command.ResetConfirm => "reset-confirm",
        _ => "route-discovery-confirm",
    };

    internal override void WriteTo(PduWriter to) => to.Byte((byte)Status);
}

/// <summary>What became of a packet on its first hop: <c>1E | status | handle</c>. Whether it came to the meter, only the meter's answer tells.</summary>
public sealed record DataConfirm(AdpStatus Status, byte Handle) : G3Message
{
    public override G3Command Command => G3Command.DataConfirm;

    public override string Name => "data-confirm";

    internal override void WriteTo(PduWriter to) => to.Byte((byte)Status).Byte(Handle);
}

/// <summary>A device joined: <c>23 | status | short address u16 | PAN id u16</c></summary>
public sealed record NetworkJoinConfirm(AdpStatus Status, ushort Address, ushort PanId) : G3Message
{
    public override G3Command Command => G3Command.NetworkJoinConfirm;

    public override string Name => "network-join-confirm";

    internal override void WriteTo(PduWriter to) => to.Byte((byte)Status).UInt16(Address).UInt16(PanId);
}

/// <summary>One hop of a path.</summary>
/// <param name="Address">The node it leads to, or comes from.</param>
/// <param name="MetricNotSupported">That node could not add its metric.</param>
public readonly record struct PathHop(ushort Address, byte MetricNotSupported, byte LinkCost, byte PhaseDifference, byte ReceivingMode, byte SendingMode)
{
    internal const int Size = 7;
}

/// <summary>
/// Which way data take: <c>2C | status | destination u16 | origin u16 | metric type | forward count | reverse count | { address u16 | metric not supported | link cost | phase difference |
/// receiving mode | sending mode }</c>, the hops forward first
/// </summary>
public sealed record PathDiscoveryConfirm(AdpStatus Status, ushort Destination, ushort Origin, byte MetricType, IReadOnlyList<PathHop> Forward, IReadOnlyList<PathHop> Reverse) : G3Message
{
    public override G3Command Command => G3Command.PathDiscoveryConfirm;

    public override string Name => "path-discovery-confirm";

    internal static PathDiscoveryConfirm Read(ref PduReader from)
    {
        var (status, destination, origin, metric) = ((AdpStatus)from.Byte(), from.UInt16(), from.UInt16(), from.Byte());
        var (forward, reverse) = (from.Byte(), from.Byte());
        return (forward + reverse) * PathHop.Size <= from.Remaining
            ? new PathDiscoveryConfirm(status, destination, origin, metric, Hops(ref from, forward), Hops(ref from, reverse))
            : from.Refuse<PathDiscoveryConfirm>($"{forward} and {reverse} hops are announced, {from.Remaining} octets are there")!;
    }

    internal override void WriteTo(PduWriter to)
    {
        to.Byte((byte)Status).UInt16(Destination).UInt16(Origin).Byte(MetricType).Byte((byte)Forward.Count).Byte((byte)Reverse.Count);
        foreach (var hop in Forward.Concat(Reverse))
        {
            to.UInt16(hop.Address).Byte(hop.MetricNotSupported).Byte(hop.LinkCost).Byte(hop.PhaseDifference).Byte(hop.ReceivingMode).Byte(hop.SendingMode);
        }
    }

    private static PathHop[] Hops(ref PduReader from, int count)
    {
        var hops = count == 0 ? [] : new PathHop[count];
        for (var i = 0; i < count; i++)
        {
            hops[i] = new PathHop(from.UInt16(), from.Byte(), from.Byte(), from.Byte(), from.Byte(), from.Byte());
        }

        return hops;
    }
}
