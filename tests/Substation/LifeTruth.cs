using Metering;
using Metering.Driver;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Truth;

namespace Substation;

/// <summary>The load profiles as they arrived, row by row with their values, beside what the meters stored.</summary>
internal sealed class LifeTruth(TimeProvider clock)
{
    internal const string LoadProfile = "1-0:99.1.0*255";

    private readonly Dictionary<string, Dictionary<string, string>> _rows = [];
    private readonly Dictionary<string, DateTime> _last = [];
    private readonly Dictionary<string, long> _again = [];

    /// <summary>Rows that came, and those of them that had come before.</summary>
    internal (long Came, long Again) Count { get; private set; }

    /// <summary>Takes what a driver tells.</summary>
    internal void Take(DriverEvent told)
    {
        if (told is not DriverEvent.ReadingsTaken { Block: { Profile: LoadProfile } block })
        {
            return;
        }

        var rows = _rows.TryGetValue(block.Meter.Text, out var known) ? known : _rows[block.Meter.Text] = [];
        for (var i = 0; i < block.Rows.Length; i++)
        {
            var isNew = rows.TryAdd(block.KeyOf(i), string.Join(' ', block.ValuesOf(i).ToArray().Select(Text)));
            Count = (Count.Came + 1, Count.Again + (isNew ? 0 : 1));
            _again[block.Meter.Text] = AgainOf(block.Meter.Text) + (isNew ? 0 : 1);
            _last[block.Meter.Text] = isNew ? clock.GetUtcNow().UtcDateTime : _last[block.Meter.Text];
        }
    }

    /// <summary>Rows of a meter that came twice.</summary>
    internal long AgainOf(string meter) => _again.GetValueOrDefault(meter);

    /// <summary>When the last row of a meter came that had not come before.</summary>
    internal DateTime? LastOf(string meter) => _last.TryGetValue(meter, out var at) ? at : null;

    /// <summary>Rows that a meter stored until a time: how many, and how many of them did not arrive.</summary>
    internal (long Wanted, long Missing) Compare(DlmsMeter meter, DateTime until)
    {
        var rows = _rows.GetValueOrDefault(meter.Name);
        var wanted = TruthOf(meter).Where(row => row.At <= until).ToList();
        return (wanted.Count, wanted.Count(row => rows?.ContainsKey(row.Row.Key) != true));
    }

    /// <summary>Rows that arrived otherwise than the meter stored them, or that it never stored.</summary>
    internal long Wrong(DlmsMeter meter)
    {
        var truth = TruthOf(meter).ToDictionary(row => row.Row.Key, row => row.Row.Values);
        return _rows.GetValueOrDefault(meter.Name)?.Count(row => !truth.TryGetValue(row.Key, out var values) || values != row.Value) ?? 0;
    }

    private static IEnumerable<(DateTime At, RowTruth Row)> TruthOf(DlmsMeter meter)
    {
        meter.Advance();
        var load = meter.Part<LoadProfiles>()!.Load;
        return load.Rows.Select(row => (row.At, RowTruth.Of(meter, load, row)));
    }

    private static string Text(Value value) => value.Kind == ValueKind.Decimal ? value.Mantissa.ToString(System.Globalization.CultureInfo.InvariantCulture) : value.ToString();
}
