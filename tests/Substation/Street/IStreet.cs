using Drivers.Ports;
using Metering;
using Metering.Keys;
using Metering.Orders;
using Simulation.Dlms;
using Substation.Box;

namespace Substation.Street;

/// <summary>Meters and what leads to them: a modem on a power line, or serial lines.</summary>
internal interface IStreet : IDisposable
{
    /// <summary>Its meters, the first one first.</summary>
    IReadOnlyList<DlmsMeter> All { get; }

    /// <summary>The keys of its meters and nodes, as they came with them.</summary>
    StreetKeys Keys { get; }

    /// <summary>The drivers that reach them, by name; what is made is a box's own.</summary>
    /// <param name="keys">The box's own key ring.</param>
    /// <param name="over">Stands between each driver and its port.</param>
    IReadOnlyList<(string Name, Func<IMeterDriver> Make)> Drivers(IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory, Func<ILink, ILink> over);
}
