using System.Collections.Concurrent;
using System.Globalization;
using Metering;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Objects;

namespace Simulation.Truth;

/// <summary>The truth of what DLMS meters answered: a line for each value that was read by itself, and one for each value of a profile's row when the row is first given to somebody.</summary>
/// <param name="now">The true time.</param>
public sealed class MeterTruth(Func<DateTime> now)
{
    private const ushort Control = 70;
    private readonly ConcurrentQueue<TruthLine> _lines = new();
    private readonly ConcurrentQueue<string> _closed = new();
    private readonly ConcurrentDictionary<string, string> _portOf = new();
    private readonly HashSet<string> _told = [];

    /// <summary>Tells what a meter answers as soon as it answers.</summary>
    /// <param name="mayBeAskedAgain">One question may get two answers, as over datagrams.</param>
    internal void Watch(DlmsMeter meter, bool mayBeAskedAgain)
    {
        var answeredAt = new ConcurrentDictionary<(string Meter, string Column), DateTime>();
        meter.ValueAnswered += answered =>
        {
            var line = LineOf(meter, answered);
            var again = mayBeAskedAgain && line.SentAt - answeredAt.GetValueOrDefault((line.Meter, line.Column)) < Comparison.AskedTwiceWithin;
            answeredAt[(line.Meter, line.Column)] = line.SentAt;
            _lines.Enqueue(again && line.Fate is null ? line with { Fate = TruthLine.AskedAgain } : line);
        };
        WatchRows(meter, lines =>
        {
            if (_told.Add(lines[0].Key))
            {
                lines.ForEach(_lines.Enqueue);
            }
        });
    }

    /// <summary>Tells what a meter answered when its answer has reached the host, whole; nobody knows before.</summary>
    internal HeldTruth Hold(DlmsMeter meter)
    {
        var held = new HeldTruth(meter, now, _lines.Enqueue);
        meter.ValueAnswered += answered => held.Add([LineOf(meter, answered)]);
        WatchRows(meter, held.Add);
        foreach (var profile in meter.Profiles.Where(IsTold))
        {
            profile.Stored += (one, row) => held.Store(LinesOf(meter, one, row));
        }

        return held;
    }

    /// <summary>Whoever had a meter's port open closed it.</summary>
    internal void FarEndClosed(DlmsMeter meter) => _closed.Enqueue(meter.Name);

    /// <summary>Tells what was answered since the last time, and whose port was closed.</summary>
    internal void Tell(TruthFile truth)
    {
        while (_lines.TryDequeue(out var line))
        {
            truth.Add([line]);
        }

        while (_closed.TryDequeue(out var meter))
        {
            // Whatever was told through that port, the meter's own values and those of the devices behind it.
            truth.FarEndClosed(_portOf.Where(entry => entry.Value == meter).Select(entry => entry.Key).ToHashSet());
        }
    }

    private void WatchRows(DlmsMeter meter, Action<List<TruthLine>> tell)
    {
        foreach (var profile in meter.Profiles.Where(IsTold))
        {
            profile.Answered += (one, rows) =>
            {
                foreach (var row in rows)
                {
                    if (LinesOf(meter, one, row) is { Count: > 0 } lines)
                    {
                        tell(lines);
                    }
                }
            };
        }
    }

    /// <summary>Events have a truth of their own and none here.</summary>
    private static bool IsTold(ProfileObject profile) => profile.Period != 0 || profile.Name.C != 99;

    private TruthLine LineOf(DlmsMeter meter, AnsweredValue answered)
    {
        var at = now();
        var source = SourceOf(meter, answered.Name, meter.Clock.Now);
        return new TruthLine(
            source, "reg", answered.Name.ToString(), answered.ClassId, answered.Attribute, 0, null, 0, answered.Value.Text(meter.Clock), answered.Scaler, UnitText.Of(answered.UnitCode), 0,
            string.Create(CultureInfo.InvariantCulture, $"{source}/reg/answered:{at.Ticks}"), ColumnOf(answered.ClassId, answered.Name, answered.Attribute), answered.ClassId == Control ? TruthLine.LookedAt : null, at);
    }

    private List<TruthLine> LinesOf(DlmsMeter meter, ProfileObject profile, StoredRow row)
    {
        var source = SourceOf(meter, profile.Name, row.At);
        var key = source + RowTruth.KeyOf(meter, profile, row)[meter.Name.Length..];
        var (lines, at) = (new List<TruthLine>(), now());
        foreach (var (column, value) in profile.ValueColumns.Zip(row.Values))
        {
            var (scaler, unit) = meter.Device.Find(column.ClassId, column.Name) is ICapturable scaled ? scaled.ScaleOf(column.Attribute) : ((sbyte)0, (byte)255);
            lines.Add(new TruthLine(
                source, profile.Name.ToString(), column.Name.ToString(), column.ClassId, column.Attribute, 0, row.At.ToString("O", CultureInfo.InvariantCulture), row.Occurrence, value.Text(meter.Clock),
                scaler, UnitText.Of(unit), row.Status, key, ColumnOf(column.ClassId, column.Name, column.Attribute), null, at));
        }

        return lines;
    }

    /// <summary>What stands on an M-Bus channel is the device's that was there, not the electricity meter's.</summary>
    private string SourceOf(DlmsMeter meter, Obis name, DateTime at)
    {
        var source = name.B == 0 ? meter.Name : meter.Part<MBusChannels>()?.DeviceAt(name.B, at)?.Id ?? meter.Name;
        _portOf[source] = meter.Name;
        return source;
    }

    private static string ColumnOf(int classId, Obis name, int attribute) => string.Create(CultureInfo.InvariantCulture, $"{classId}/{name}/{attribute}.0");
}
