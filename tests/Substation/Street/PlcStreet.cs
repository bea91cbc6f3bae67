using Drivers.Dlms;
using Drivers.G3;
using Drivers.Ports;
using Drivers.Prime;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Client;
using Protocols.Dlms.Security;
using Simulation.Dlms;
using Simulation.Plc.Medium;
using Substation.Box;

namespace Substation.Street;

/// <summary>Meters on a power line with their modem, and the driver that is to read them.</summary>
internal sealed class PlcStreet : IStreet
{
    private readonly StreetPlan _plan;
    private readonly Dictionary<PlcNode, DlmsMeter> _meters = [];

    internal PlcStreet(StreetPlan plan, TimeProvider clock)
    {
        _plan = plan;
        Line = new PowerLine(plan.Line, plan.Seed, clock);
        foreach (var node in Line.Nodes.Where(node => !node.IsForeign))
        {
            var at = node.Number - plan.Line.FirstNumber;
            var built = new DlmsMeterPlan(plan.Exchanged.GetValueOrDefault(at, node.Number), plan.Seed, Drift: plan.Drift * ((node.Number * 7 % 21) - 10) / 10.0, HistoryDays: plan.HistoryDays, LongestPdu: plan.Network == "g3" ? 900 : 960, Faults: plan.Faults.GetValueOrDefault(at)) { BroadcastMay = plan.BroadcastMay.GetValueOrDefault(at) };
            var meter = new DlmsMeter(plan.Fitted(built), () => clock.GetUtcNow().UtcDateTime);
            _meters[node] = meter;
            if (plan.HasStreetKey)
            {
                (meter.Keys.Gbek, meter.Keys.Gak) = (OfStreet(plan.Seed, 1), OfStreet(plan.Seed, 2));
            }

            Keys.Add(meter);
        }

        Expected = _meters.ToDictionary(entry => entry.Key, entry => MeterId.Parse($"SIM{entry.Key.Number:D13}"));
        Admission = new StreetAdmission([.. Expected.Where(entry => !plan.Unlisted.Contains(entry.Key.Number - plan.Line.FirstNumber)).Select(entry => new ExpectedMeter(entry.Value, entry.Key.Eui, entry.Key.Serial, null))]);
        Modem = new StreetModem(plan, Line, node => _meters.GetValueOrDefault(node));
        foreach (var (name, key) in Modem.LinkKeys)
        {
            Keys.Set(name, key);
        }
    }

    /// <summary>The power line.</summary>
    internal PowerLine Line { get; }

    /// <summary>The keys as the box has them.</summary>
    public StreetKeys Keys { get; } = new();

    /// <summary>The box's own nodes and their meters.</summary>
    internal IReadOnlyDictionary<PlcNode, DlmsMeter> Meters => _meters;

    public IReadOnlyList<DlmsMeter> All => [.. _meters.Values];

    /// <summary>The meter that the shipment list names for each node.</summary>
    internal IReadOnlyDictionary<PlcNode, MeterId> Expected { get; }

    /// <summary>The shipment list.</summary>
    internal StreetAdmission Admission { get; }

    /// <summary>The modem.</summary>
    internal StreetModem Modem { get; }

    /// <summary>The driver of the street's modem.</summary>
    /// <param name="box">Which box: each has a system title of its own.</param>
    /// <param name="over">Stands between the driver and the modem; null for nothing.</param>
    /// <param name="keys">The box's own key ring; null for those that came with the meters.</param>
    internal IMeterDriver Driver(string name, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory, byte box = 5, Func<ILink, ILink>? over = null, IKeyRing? keys = null)
    {
        ValueTask<ILink> OpenAsync(CancellationToken stop) => new(over is null ? new ModemLink(Modem.Pipe.Open()) : over(new ModemLink(Modem.Pipe.Open())));

        var association = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true };
        var dlms = new DlmsOptions(name, _plan.Network, _plan.Network == "g3" ? DlmsFraming.Wrapper : DlmsFraming.Llc, association, _plan.Kind, (byte[])[.. "DCU"u8, 1, 2, 3, 4, box]) { AnswerWithin = TimeSpan.FromSeconds(120), Repeats = 2, IdleAfter = TimeSpan.FromSeconds(45), SparesAir = true, Arbitrates = _plan.Arbitrates };
        if (_plan.Network == "g3")
        {
            var g3 = new G3Options(name, "modem", dlms);
            return new G3Driver(g3 with { Arbitrates = _plan.Arbitrates, MetersAtOnce = _plan.MetersAtOnce > 0 ? _plan.MetersAtOnce : g3.MetersAtOnce }, OpenAsync, keys ?? Keys, new PlainWrap(), counters, time, clock, memory, Admission);
        }

        var prime = new PrimeOptions(name, "modem") { SecurityProfile = _plan.Prime.NodeProfile > 0 ? _plan.Prime.NodeProfile : null };
        return new PrimeDriver(prime with { Arbitrates = _plan.Arbitrates, MetersAtOnce = _plan.MetersAtOnce > 0 ? _plan.MetersAtOnce : prime.MetersAtOnce }, OpenAsync, _ => dlms, Admission, keys ?? Keys, counters, time, clock, memory);
    }

    public IReadOnlyList<(string Name, Func<IMeterDriver> Make)> Drivers(IKeyRing keys, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory, Func<ILink, ILink> over) =>
        [("plc0", () => Driver("plc0", counters, time, clock, memory, over: over, keys: keys))];

    public void Dispose() => Line.Dispose();

    private static byte[] OfStreet(int seed, int which)
    {
        var key = new byte[16];
        new Random(unchecked((seed * 7) + which)).NextBytes(key);
        return key;
    }
}
