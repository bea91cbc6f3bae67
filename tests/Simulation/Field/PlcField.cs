using Simulation.Dlms;
using Simulation.Plc;
using Simulation.Plc.G3;
using Simulation.Plc.Medium;
using Simulation.Plc.Ports;
using Simulation.Plc.Prime;
using Simulation.Scenarios;
using Simulation.Truth;

namespace Simulation.Field;

/// <summary>A power line network in real time: its modem on a pty, its nodes on the line, a meter behind each, and the truth of what reached the port.</summary>
public sealed class PlcField : IDisposable
{
    private const int PrimeFirst = 10_001, G3First = 20_001;
    private readonly Dictionary<string, HeldTruth> _held = [];
    private readonly List<PlcMeter> _meters = [];
    private readonly PlcGroup _group;
    private readonly PowerLine _line;
    private readonly ModemPty _port;
    private readonly MeterTruth _truth;
    private readonly int _seed;

    /// <summary>Builds it; the modem is not plugged in yet.</summary>
    /// <param name="ports">Folder in which the modem's name is to be: <c>prime</c> or <c>g3</c>.</param>
    public PlcField(PlcGroup group, int seed, string ports, TimeProvider clock)
    {
        (_group, _seed) = (group, seed);
        _line = new PowerLine(group.Line with { Nodes = group.Count, FirstNumber = group.IsPrime ? PrimeFirst : G3First }, unchecked(seed + (group.IsPrime ? 1 : 2)), clock);
        _truth = new MeterTruth(() => clock.GetUtcNow().UtcDateTime);
        IPlcModem modem = group.IsPrime ? Prime() : G3();
        modem = group.Damage == LineDamage.None ? modem : new DamagedModem(modem, group.Damage with { Seed = seed + 1 }, group.Damage with { Seed = seed + 2 });
        _port = new ModemPty(Path.Combine(ports, group.IsPrime ? "prime" : "g3"), modem, _line.Time);
        _port.FarEndClosed += () => _meters.ForEach(meter => _truth.FarEndClosed(meter.Meter));
    }

    /// <summary>The own meters.</summary>
    public IReadOnlyList<PlcMeter> Meters => _meters;

    /// <summary>The keys, as lines of a keys file: what is wrong with them by plan counted in.</summary>
    public IEnumerable<string> KeyLines => _meters.SelectMany(meter => meter.KeyLines);

    /// <summary>Genuine APDUs under a counter that was used before.</summary>
    public int RepeatedCounters => _meters.Sum(meter => meter.Meter.Keys.Repeated + meter.Meter.ReadingKeys.Repeated);

    /// <summary>What the medium was used for.</summary>
    public MediumUse Use => _line.Use;

    /// <summary>Nodes that have joined and can be reached.</summary>
    public int Reachable => _meters.Count(meter => meter.IsReachable());

    /// <summary>Serves the modem's port for some milliseconds.</summary>
    public void Serve(TimeSpan elapsed, int milliseconds)
    {
        _port.Plug(!_group.Unplug.Any(pause => pause.Holds(elapsed)));
        _port.Serve(milliseconds);
    }

    /// <summary>One line of progress.</summary>
    public override string ToString() => $"{(_group.IsPrime ? "prime" : "g3")}: {Reachable} of {_meters.Count} in the network, {_line.Use}";

    public void Dispose()
    {
        _port.Dispose();
        _line.Dispose();
    }

    /// <summary>Tells what was answered since the last time.</summary>
    internal void Tell(TruthFile truth) => _truth.Tell(truth);

    /// <summary>The end of all: what was never answered is told, and why.</summary>
    internal void Close(TruthFile truth)
    {
        Dispose();
        Tell(truth);
        _meters.ForEach(meter => _truth.FarEndClosed(meter.Meter));
        Tell(truth);
        foreach (var meter in _meters)
        {
            _held[meter.Place.Eui].Close(meter.IsReachable() ? null : "absent");
        }

        Tell(truth);
    }

    private G3Coordinator G3()
    {
        var network = new G3Network(_line, new G3Plan(_seed), MeterOf);
        foreach (var node in network.Nodes.Where(node => !node.Place.IsForeign))
        {
            Add(node.Place, node.Meter!, "psk", node.Psk, () => node.Short is not null && node.Place.IsPresent);
        }

        return new G3Coordinator(network, new G3Memory([0x00, 0x04, 0x25, 0xFF, 0xFE, 0x1B, (byte)(_seed >> 8), (byte)_seed]));
    }

    private PrimeModem Prime()
    {
        var network = new PrimeNetwork(_line, new PrimePlan { Seed = _seed, NodeProfile = _group.Security }, MeterOf);
        foreach (var node in network.Nodes.Where(node => !node.Place.IsForeign))
        {
            Add(node.Place, node.Meter!, "duk", node.Profile > 0 ? node.UniqueKey : [], () => node.Entry is { IsGone: false, Address: not null } && node.Place.IsPresent);
        }

        return new PrimeModem(network);
    }

    private DlmsMeter MeterOf(PlcNode place) => new(_group.PlanOf(NumberOf(place)) with { Number = place.Number, Seed = _seed }, () => _line.Time.Now);

    private int NumberOf(PlcNode place) => place.Number - (_group.IsPrime ? PrimeFirst : G3First) + 1;

    private void Add(PlcNode place, NodeMeter meter, string keyName, byte[] key, Func<bool> isReachable)
    {
        _held[place.Eui] = _truth.Hold(meter.Meter);
        meter.Answered += fate => Hear(place, fate);
        _meters.Add(new PlcMeter(place, meter.Meter, keyName, key, [.. _group.FaultsOf(NumberOf(place))], isReachable));
    }

    private void Hear(PlcNode place, string? fate)
    {
        if (fate is null && _port.IsOpen)
        {
            _held[place.Eui].Delivered();
        }
        else
        {
            _held[place.Eui].Lost(fate ?? "service down");
        }
    }
}
