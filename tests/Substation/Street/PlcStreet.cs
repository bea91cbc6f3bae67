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
using Simulation.Plc.G3;
using Simulation.Plc.Medium;
using Simulation.Plc.Ports;
using Simulation.Plc.Prime;
using Substation.Box;

namespace Substation.Street;

/// <summary>Meters on a power line with their modem, and the driver that is to read them.</summary>
internal sealed class PlcStreet : IDisposable
{
    private readonly StreetPlan _plan;
    private readonly StreetAdmission _admission;
    private readonly ModemPipe _pipe;
    private readonly Dictionary<PlcNode, DlmsMeter> _meters = [];

    internal PlcStreet(StreetPlan plan, TimeProvider clock)
    {
        _plan = plan;
        Line = new PowerLine(plan.Line, plan.Seed, clock);
        foreach (var node in Line.Nodes.Where(node => !node.IsForeign))
        {
            var fault = plan.Faults.GetValueOrDefault(node.Number - plan.Line.FirstNumber);
            var meter = new DlmsMeter(
                new DlmsMeterPlan(node.Number, plan.Seed, Drift: plan.Drift * ((node.Number * 7 % 21) - 10) / 10.0, HistoryDays: plan.HistoryDays, LongestPdu: plan.Network == "g3" ? 900 : 960, Faults: fault), () => clock.GetUtcNow().UtcDateTime);
            _meters[node] = meter;
            Keys.Add(meter);
        }

        _admission = new StreetAdmission([.. _meters.Select(entry => new ExpectedMeter(MeterId.Parse(entry.Value.Name), entry.Key.Eui, entry.Key.Serial, null))]);
        _pipe = new ModemPipe(plan.Network == "g3" ? CoordinatorOf() : BaseNodeOf(), Line.Time);
    }

    /// <summary>The power line.</summary>
    internal PowerLine Line { get; }

    /// <summary>The keys as the box has them.</summary>
    internal StreetKeys Keys { get; } = new();

    /// <summary>The box's own nodes and their meters.</summary>
    internal IReadOnlyDictionary<PlcNode, DlmsMeter> Meters => _meters;

    /// <summary>The modem's port.</summary>
    internal ModemPipe Pipe => _pipe;

    /// <summary>The driver of the street's modem.</summary>
    internal IMeterDriver Driver(string name, ICounterStore counters, ITimeSource time, TimeProvider clock, IDriverMemory memory)
    {
        var association = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true };
        var dlms = new DlmsOptions(name, _plan.Network, _plan.Network == "g3" ? DlmsFraming.Wrapper : DlmsFraming.Llc, association, MeterProfiles.Find("idis"), (byte[])[.. "DCU"u8, 1, 2, 3, 4, 5]) { AnswerWithin = TimeSpan.FromSeconds(120), Repeats = 2, IdleAfter = TimeSpan.FromSeconds(45), SparesAir = true };
        if (_plan.Network == "g3")
        {
            var g3 = new G3Options(name, "modem", dlms);
            return new G3Driver(g3 with { MetersAtOnce = _plan.MetersAtOnce > 0 ? _plan.MetersAtOnce : g3.MetersAtOnce }, OpenAsync, Keys, new PlainWrap(), counters, time, clock, memory, _admission);
        }

        var prime = new PrimeOptions(name, "modem");
        return new PrimeDriver(prime with { MetersAtOnce = _plan.MetersAtOnce > 0 ? _plan.MetersAtOnce : prime.MetersAtOnce }, OpenAsync, _ => dlms, _admission, Keys, counters, time, clock, memory);
    }

    public void Dispose() => Line.Dispose();

    private ValueTask<ILink> OpenAsync(CancellationToken stop) => new(new ModemLink(_pipe.Open()));

    private PrimeModem BaseNodeOf()
    {
        var modem = new PrimeModem(new PrimeNetwork(Line, new PrimePlan { Seed = _plan.Seed }, node => _meters.GetValueOrDefault(node)));
        modem.PowerOn();
        return modem;
    }

    private G3Coordinator CoordinatorOf()
    {
        var network = new G3Network(Line, new G3Plan(_plan.Seed) { Routes = _plan.Routes > 0 ? _plan.Routes : _plan.Line.Nodes + 50 }, node => _meters.GetValueOrDefault(node));
        foreach (var node in network.Nodes)
        {
            Keys.Set(new KeyName(node.Place.Eui, KeyPurpose.Psk), node.Psk);
        }

        return new G3Coordinator(network, new G3Memory([0x00, 0x12, 0x4B, 0, 0, 0, 0, 1]));
    }
}
