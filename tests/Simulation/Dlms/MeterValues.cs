using Metering;

namespace Simulation.Dlms;

/// <summary>What a meter measures, as functions of the time, so that every row can be derived again.</summary>
public sealed class MeterValues
{
    private readonly double _load;
    private readonly uint _base;
    private readonly uint _wrapsAt;

    internal MeterValues(Random random, DlmsMeterPlan plan, DateTime historyStart)
    {
        _load = 150 + (random.NextDouble() * 800);
        _base = (uint)random.Next(100_000, 90_000_000);
        if (plan.Has(MeterFault.RegisterOverflow))
        {
            // 0 again in the middle of the history: a register of six digits.
            _wrapsAt = 1_000_000;
            _base = unchecked(0 - (uint)(long)Energy(historyStart.AddDays(plan.HistoryDays / 2.0)));
        }
    }

    /// <summary>Registers with scaler and unit (COSEM numbers: 30 Wh, 32 varh, 27 W, 33 A, 35 V, 44 Hz).</summary>
    public static IReadOnlyList<(Obis Name, sbyte Scaler, byte Unit)> All { get; } =
    [
        (new Obis(1, 0, 1, 8, 0, 255), 0, 30), (new Obis(1, 0, 1, 8, 1, 255), 0, 30), (new Obis(1, 0, 1, 8, 2, 255), 0, 30), (new Obis(1, 0, 2, 8, 0, 255), 0, 30),
        (new Obis(1, 0, 3, 8, 0, 255), 0, 32), (new Obis(1, 0, 4, 8, 0, 255), 0, 32), (new Obis(1, 0, 1, 7, 0, 255), 0, 27), (new Obis(1, 0, 32, 7, 0, 255), -1, 35),
        (new Obis(1, 0, 52, 7, 0, 255), -1, 35), (new Obis(1, 0, 72, 7, 0, 255), -1, 35), (new Obis(1, 0, 31, 7, 0, 255), -2, 33), (new Obis(1, 0, 14, 7, 0, 255), -2, 44),
    ];

    /// <summary>Time that passed and that the clock does not show: it was set back.</summary>
    public TimeSpan Lag { get; set; }

    /// <summary>The value of a register at a time.</summary>
    public uint At(Obis name, DateTime at)
    {
        at += Lag;
        var hours = (at - DateTime.UnixEpoch).TotalHours;
        var energy = Energy(at);
        var value = (name.C, name.D, name.E) switch
        {
            (1, 8, 0) => unchecked(_base + (uint)(long)energy),
            (1, 8, 1) => unchecked((_base / 3) + (uint)(long)(energy / 3)),
            (1, 8, 2) => unchecked(_base + (uint)(long)energy - ((_base / 3) + (uint)(long)(energy / 3))),
            (2, 8, 0) => (uint)(hours / 10),
            (3, 8, 0) => unchecked((uint)(long)(energy / 5)),
            (4, 8, 0) => (uint)(hours / 100),
            (>= 5 and <= 8, 8, 0) => unchecked((uint)(long)(energy / (7 * name.C))), // reactive energy of the quadrants I to IV
            (1, 7, 0) => (uint)_load,
            (31, 7, 0) => (uint)(_load / 230 * 100),
            (14, 7, 0) => (uint)(4998 + (at.Second % 5)),
            _ => (uint)(2300 + (at.Second % 20)),
        };
        return name.D == 8 && _wrapsAt > 0 ? value % _wrapsAt : value;
    }

    /// <summary>Mean active power between two times, W.</summary>
    public uint MeanPower(DateTime from, DateTime to) => (uint)((Energy(to + Lag) - Energy(from + Lag)) / (to - from).TotalHours);

    private double Energy(DateTime at) => _load * ((at - DateTime.UnixEpoch).TotalHours + (2 * Math.Sin(at.TimeOfDay.TotalHours / 24 * 2 * Math.PI)));
}
