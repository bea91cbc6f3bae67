using Simulation.Air;
using Simulation.Encoding;
using Simulation.Meters;
using Simulation.Scenarios;
using Simulation.Truth;

namespace Simulation.Field;

/// <summary>A telegram that is due, judged by the air.</summary>
/// <param name="At">When its transmission ends, from the start of the run.</param>
/// <param name="Dbm">Strength at the receiver.</param>
public sealed record DueTelegram(TimeSpan At, Transmission Transmission, int Dbm, AirFate Fate);

/// <summary>
/// Meters in a street that transmit by themselves. Pure: gives the telegrams in the order of their time; one seed, one run.
/// </summary>
public sealed class StreetField
{
    private readonly PriorityQueue<SimulatedMeter, TimeSpan> _due = new();
    private readonly AirModel _air;
    private readonly Random _jitter;
    private readonly DateTime _start;
    private readonly PlantedBug _bug;
    private readonly List<(TimeSpan Start, TimeSpan End, int Dbm)> _before = [];

    /// <summary>A street of walk-by meters.</summary>
    public StreetField(int meters, int seed, DateTime start, PlantedBug bug = PlantedBug.None)
        : this(Scenario.Street.WithCount(meters), seed, start, bug)
    {
    }

    /// <summary>The meters and the air of a scenario.</summary>
    public StreetField(Scenario scenario, int seed, DateTime start, PlantedBug bug = PlantedBug.None)
    {
        _start = start;
        _bug = bug;
        _air = new AirModel(scenario.Air, seed);
        _jitter = new Random(seed + 1);
        Meters = [.. scenario.Plans.Select((plan, index) => new SimulatedMeter(plan, seed, index, start))];
        foreach (var meter in Meters)
        {
            _due.Enqueue(meter, meter.First);
        }
    }

    /// <summary>All meters.</summary>
    public IReadOnlyList<SimulatedMeter> Meters { get; }

    /// <summary>The keys, as lines of a keys file.</summary>
    public IEnumerable<string> KeyLines => Meters.Where(meter => meter.Security != MeterSecurity.Clear)
        .Select(meter => $"{meter.Address.Id} wmbus key={Convert.ToHexString(meter.Key)}");

    /// <summary>When the next transmission begins.</summary>
    public TimeSpan NextStart => _due.TryPeek(out _, out var due) ? due : TimeSpan.MaxValue;

    /// <summary>The next telegram.</summary>
    public DueTelegram Next()
    {
        _due.TryDequeue(out var meter, out var start);
        var transmission = meter!.Send(_start + start, _bug);
        var end = start + AirModel.Airtime(transmission.Telegram.Length, coded: false);
        var dbm = _air.StrengthOf(meter.Address.Id);
        _before.RemoveAll(other => other.End < start);
        var after = _due.TryPeek(out var neighbour, out var next) && next < end
            ? [(next, next + AirModel.Airtime(80, coded: false), _air.StrengthOf(neighbour!.Address.Id))]
            : Array.Empty<(TimeSpan, TimeSpan, int)>();
        var fate = _air.Judge(dbm, start, end, _before.Concat(after));
        _before.Add((start, end, dbm));
        _due.Enqueue(meter, start + meter.Wait(_jitter));
        return new DueTelegram(end, transmission, dbm, fate);
    }

    /// <summary>The truth of a telegram, one line a value.</summary>
    public static IEnumerable<TruthLine> TruthOf(DueTelegram due, DateTime receivedUtc, string? fate)
    {
        var meter = due.Transmission.Meter.Address.Id;
        var key = RowKey.Of(meter, due.Transmission.Telegram, receivedUtc);
        var time = due.Transmission.Values.FirstOrDefault(value => value.Column == "046D")?.Value;
        return due.Transmission.Values.Select(value => new TruthLine(
            meter, "mbus", value.Obis, 0, 0, 1, time, 0, value.Value, value.Scaler, value.Unit, due.Transmission.Status, key, value.Column, fate, receivedUtc));
    }
}
