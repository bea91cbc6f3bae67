using Drivers.Dlms;
using Drivers.Ports;
using Metering;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Client;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Substation.Box;

namespace Substation.Street;

/// <summary>Meters on serial lines of their own, each with a driver of its own.</summary>
internal sealed class SerialStreet : IStreet
{
    private readonly MeterProfile _kind;
    private readonly List<SerialLine> _lines = [];
    private readonly List<DlmsMeter> _meters = [];

    /// <param name="meters">How each meter is built.</param>
    /// <param name="kind">What the box knows of them.</param>
    internal SerialStreet(IEnumerable<DlmsMeterPlan> meters, MeterProfile kind, TimeProvider clock)
    {
        _kind = kind;
        foreach (var plan in meters)
        {
            var meter = new DlmsMeter(plan, () => clock.GetUtcNow().UtcDateTime);
            _meters.Add(meter);
            Keys.Add(meter);
            _lines.Add(new SerialLine(meter, clock, plan.Number));
        }
    }

    public IReadOnlyList<DlmsMeter> All => _meters;

    public StreetKeys Keys { get; } = new();

    public IReadOnlyList<(string Name, Func<IMeterDriver> Make)> Drivers(IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory, Func<ILink, ILink> over) =>
        [.. _lines.Select((line, at) => ($"serial{at}", (Func<IMeterDriver>)(() => new DlmsDriver(OptionsOf($"serial{at}"), _ => new(over(line.Open())), keys, counters, time, clock, memory))))];

    public void Dispose()
    {
        // Its timers are the virtual clock's.
    }

    private DlmsOptions OptionsOf(string name)
    {
        var association = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true };
        return new DlmsOptions(name, name, DlmsFraming.Hdlc, association, _kind, (byte[])[.. "DCU"u8, 1, 2, 3, 4, 5]) { PhysicalAddress = 17, Hdlc = new HdlcParameters(1024, 1024, 1, 1) };
    }
}
