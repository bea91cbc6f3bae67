using Concentrator.Upstream.Dlms.Passing;
using Metering;
using Metering.Keys;
using Protocols.Dlms.Host;

namespace Concentrator.Upstream.Dlms;

/// <summary>What every connection of a door shares.</summary>
internal sealed record DoorParts(
    DoorOptions Options, IKeyRing Keys, ICounterStore Invocations, ITimeSource Time, TimeProvider Clock, DoorCounters Counters, DoorBook Book, DoorGuard Guard, ReachedMeters Reached,
    DeviceNumbers Numbers, MeterGateway Gateway, BoxObjects Objects, PushKeeper Push)
{
    /// <summary>The box as everybody finds it.</summary>
    internal LogicalDevice Public { get; } = Objects.For(BoxClients.Public);

    /// <summary>The box as a head-end finds it that proved itself.</summary>
    internal LogicalDevice Management { get; } = Objects.For(BoxClients.Management);

    /// <summary>EUI-48 of the node of a meter, or empty.</summary>
    internal required Func<MeterId, ReadOnlyMemory<byte>> EuiOf { get; init; }
}
