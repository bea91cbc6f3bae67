using System.Collections.Concurrent;
using System.Globalization;
using Simulation.Dlms.Objects;
using Simulation.Truth;

namespace Simulation.Dlms;

/// <summary>Simulated DLMS meters on ports of their own, and the truth of what they answered.</summary>
public sealed class FeederField : IDisposable
{
    private readonly List<MeterPort> _ports = [];
    private readonly ConcurrentQueue<TruthLine> _truth = new();
    private readonly ConcurrentQueue<string> _closed = new();
    private readonly HashSet<string> _told = [];
    private readonly Func<DateTime> _now;

    /// <summary>Opens the ports.</summary>
    /// <param name="tcp">Meters on TCP with the wrapper; addresses stand in files <c>dlms-tcp0.url</c>, ..</param>
    /// <param name="serial">Meters on ptys with HDLC, links <c>dlms0</c>, ..</param>
    /// <param name="now">The true time.</param>
    public FeederField(int tcp, int serial, int seed, double speed, string ports, Func<DateTime> now)
    {
        _now = now;
        for (var i = 0; i < tcp + serial; i++)
        {
            var meter = new DlmsMeter(new DlmsMeterPlan(1000 + i, seed), now);
            var pace = new MeterPace(seed + i, speed);
            meter.RegisterAnswered += (register, value) => TellRegister(meter, register, value);
            foreach (var profile in meter.Profiles)
            {
                profile.Answered += (one, rows) => TellRows(meter, one, rows);
            }

            Meters.Add(meter);
            var port = i < tcp
                ? MeterPort.OnTcp(meter, pace, Path.Combine(ports, string.Create(CultureInfo.InvariantCulture, $"dlms-tcp{i}.url")))
                : MeterPort.OnPty(meter, pace, Path.Combine(ports, string.Create(CultureInfo.InvariantCulture, $"dlms{i - tcp}")));
            port.FarEndClosed += () => _closed.Enqueue(meter.Name);
            _ports.Add(port);
        }
    }

    /// <summary>All meters.</summary>
    public List<DlmsMeter> Meters { get; } = [];

    /// <summary>The keys, as lines of a keys file.</summary>
    public IEnumerable<string> KeyLines => Meters.Select(meter => meter.KeyLine);

    /// <summary>Genuine APDUs under a counter that was used before: none, or the box has repeated a counter.</summary>
    public int RepeatedCounters => Meters.Sum(meter => meter.Keys.Repeated);

    /// <summary>Tells what was answered since the last time, and whose port was closed.</summary>
    internal void Tell(TruthFile truth)
    {
        while (_truth.TryDequeue(out var line))
        {
            truth.Add([line]);
        }

        while (_closed.TryDequeue(out var meter))
        {
            truth.FarEndClosed(meter);
        }
    }

    public void Dispose()
    {
        foreach (var port in _ports)
        {
            port.Dispose();
        }
    }

    private void TellRegister(DlmsMeter meter, RegisterObject register, uint value)
    {
        var at = _now();
        var column = $"3/{register.Name}/2.0";
        var answered = at.Ticks.ToString(CultureInfo.InvariantCulture);
        _truth.Enqueue(new TruthLine(
            meter.Name, "reg", register.Name.ToString(), 3, 2, 0, null, 0, value.ToString(CultureInfo.InvariantCulture), register.Scaler, UnitText(register.UnitCode), 0,
            $"{meter.Name}/reg/answered:{answered}", column, null, at));
    }

    /// <summary>A row's truth is told once, when it is first given to somebody; events have a truth of their own and none here.</summary>
    private void TellRows(DlmsMeter meter, ProfileObject profile, IReadOnlyList<StoredRow> rows)
    {
        if (profile.Period == 0)
        {
            return;
        }

        foreach (var row in rows)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{meter.Name}/{profile.Name}/{row.At:yyyy-MM-ddTHH:mm}Z/{row.Occurrence}");
            if (!_told.Add(key))
            {
                continue;
            }

            var columns = profile.Columns.Where(column => !column.IsClock && column.Name.C != 96).ToArray();
            for (var i = 0; i < columns.Length; i++)
            {
                var register = (RegisterObject)meter.Device.Find(3, columns[i].Name)!;
                _truth.Enqueue(new TruthLine(
                    meter.Name, profile.Name.ToString(), columns[i].Name.ToString(), 3, 2, 0, row.At.ToString("O", CultureInfo.InvariantCulture), row.Occurrence,
                    row.Values[i].ToString(CultureInfo.InvariantCulture), register.Scaler, UnitText(register.UnitCode), row.Status, key, $"3/{columns[i].Name}/2.0", null, _now()));
            }
        }
    }

    private static string UnitText(byte code) => code switch { 30 => "Wh", 32 => "varh", 27 => "W", 35 => "V", _ => "?" };
}
