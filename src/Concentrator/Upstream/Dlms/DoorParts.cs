using Concentrator.Upstream.Dlms.Passing;
using Metering;
using Metering.Keys;

namespace Concentrator.Upstream.Dlms;

/// <summary>What every connection of a door shares.</summary>
internal sealed record DoorParts(
    DoorOptions Options, IKeyRing Keys, ICounterStore Invocations, ITimeSource Time, TimeProvider Clock, DoorCounters Counters, DoorBook Book, DoorGuard Guard, ReachedMeters Reached,
    DeviceNumbers Numbers, MeterGateway Gateway, BoxObjects Objects, PushKeeper Push)
{
    /// <summary>The image that is being brought.</summary>
    internal required DoorImage Image { get; init; }

    /// <summary>EUI-48 of the node of a meter, or empty.</summary>
    internal required Func<MeterId, ReadOnlyMemory<byte>> EuiOf { get; init; }
}
