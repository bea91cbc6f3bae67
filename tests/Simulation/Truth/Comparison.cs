using System.Globalization;
using System.Text.Json;

namespace Simulation.Truth;

/// <summary>The judge: every delivered row has an equal truth line, every truth line not delivered has a fate or shares meter and keep-slot with a delivered one.</summary>
public sealed class Comparison(TimeSpan slot)
{
    private readonly Dictionary<(string Key, string Column), TruthLine> _truth = [];
    private readonly Dictionary<(string Key, string Column, int Revision), string> _delivered = [];
    private readonly HashSet<(string Key, string Column)> _found = [];
    private readonly HashSet<(string Meter, long Slot)> _slots = [];
    private readonly SortedDictionary<string, int[]> _meters = [];
    private readonly Dictionary<(string Meter, string Column), List<TruthLine>> _answered = [];
    private readonly HashSet<(string Key, string Column)> _taken = [];

    /// <summary>Two answers within this time may be answers to one question that was asked twice; nobody reads a register as often.</summary>
    public static TimeSpan AskedTwiceWithin { get; } = TimeSpan.FromSeconds(15);

    /// <summary>What nothing explains.</summary>
    public List<string> Unexplained { get; } = [];

    /// <summary>Delivered more than once with the same content.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Values delivered, duplicates not counted.</summary>
    public int Delivered => _found.Count;

    /// <summary>Truth lines.</summary>
    public int Sent => _truth.Count;

    /// <summary>Takes a truth line.</summary>
    public void AddTruth(string json)
    {
        var line = JsonSerializer.Deserialize(json, TruthJson.Default.TruthLine)!;
        _truth[(line.Key, line.Column)] = line;
        if (line.Profile == "reg")
        {
            var answers = _answered.TryGetValue((line.Meter, line.Column), out var known) ? known : _answered[(line.Meter, line.Column)] = [];
            answers.Add(line);
        }
    }

    /// <summary>Takes a delivered line: a row of <c>reading query --jsonl</c>, or a message with blocks.</summary>
    public void AddDelivered(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.TryGetProperty("blocks", out var blocks))
        {
            foreach (var block in blocks.EnumerateArray())
            {
                AddBlock(block);
            }

            return;
        }

        Take(Text(root, "key")!, Text(root, "column")!, root.GetProperty("rev").GetInt32(), Text(root, "value"), root.GetProperty("scaler").GetInt32(), Text(root, "unit")!, Text(root, "receivedAt"));
    }

    /// <summary>Judges; true where everything is explained.</summary>
    public bool Judge(TextWriter report)
    {
        foreach (var (id, line) in _truth)
        {
            var counts = _meters.TryGetValue(line.Meter, out var known) ? known : _meters[line.Meter] = new int[4];
            counts[0]++;
            if (_found.Contains(id))
            {
                counts[1]++;
            }
            else if (line.Fate is not (null or TruthLine.AskedAgain) || OtherAnswerServed(line))
            {
                counts[2]++;
            }
            else if (_slots.Contains((line.Meter, SlotOf(line.SentAt))))
            {
                counts[3]++;
            }
            else
            {
                Unexplained.Add($"sent, not delivered, no reason: {line.Key} {line.Column} = {line.Value}e{line.Scaler} {line.Unit} at {line.SentAt:O}");
            }
        }

        report.WriteLine($"{"meter",-22} {"sent",8} {"delivered",10} {"lost",8} {"same slot",10}");
        foreach (var (meter, counts) in _meters)
        {
            report.WriteLine($"{meter,-22} {counts[0],8} {counts[1],10} {counts[2],8} {counts[3],10}");
        }

        report.WriteLine($"{_truth.Count} values sent, {_found.Count} delivered ({Duplicates} of them again), {Unexplained.Count} unexplained");
        foreach (var line in Unexplained.Take(20))
        {
            report.WriteLine("  " + line);
        }

        return Unexplained.Count == 0;
    }

    private void AddBlock(JsonElement block)
    {
        var columns = block.GetProperty("columns").EnumerateArray().ToArray();
        foreach (var row in block.GetProperty("rows").EnumerateArray())
        {
            var values = row.GetProperty("v").EnumerateArray().ToArray();
            for (var i = 0; i < columns.Length; i++)
            {
                var value = values[i].ValueKind switch { JsonValueKind.Null => null, JsonValueKind.True => "true", JsonValueKind.False => "false", _ => values[i].ToString() };
                Take(Text(row, "key")!, Text(columns[i], "id")!, row.GetProperty("rev").GetInt32(), value, columns[i].GetProperty("scaler").GetInt32(), Text(columns[i], "unit")!, Text(block, "receivedAt"));
            }
        }
    }

    private void Take(string key, string column, int revision, string? value, int scaler, string unit, string? receivedAt)
    {
        var content = $"{value}e{scaler} {unit}";
        if (_delivered.TryGetValue((key, column, revision), out var before))
        {
            Duplicates++;
            if (before != content)
            {
                Unexplained.Add($"one identity with two contents: {key} {column} rev {revision}: {before} and {content}");
            }

            return;
        }

        _delivered[(key, column, revision)] = content;
        var ordered = key.Contains("/reg/o:", StringComparison.Ordinal);
        var truth = ordered ? AnswerOf(key[..key.IndexOf('/', StringComparison.Ordinal)], column, value, receivedAt) : _truth.GetValueOrDefault((key, column));
        if (truth is null)
        {
            Unexplained.Add($"delivered, never sent: {key} {column} = {content}");
            return;
        }

        _found.Add((truth.Key, column));
        _slots.Add((truth.Meter, SlotOf(truth.SentAt)));
        if (!Same(truth, value, scaler) || truth.Unit != unit)
        {
            Unexplained.Add($"delivered otherwise than sent: {key} {column}: {content}, sent {truth.Value}e{truth.Scaler} {truth.Unit}");
        }
    }

    /// <summary>It is one of two answers to a question that was asked twice, and the other one was delivered.</summary>
    private bool OtherAnswerServed(TruthLine line) => line.Profile == "reg" && _answered[(line.Meter, line.Column)].Exists(other =>
        _taken.Contains((other.Key, other.Column)) && (other.SentAt - line.SentAt).Duration() < AskedTwiceWithin && (other.Fate == TruthLine.AskedAgain || line.Fate == TruthLine.AskedAgain));

    /// <summary>The answer a register read must have come from: same meter, column and value, given within 60 s of when it was received. Each serves once.</summary>
    private TruthLine? AnswerOf(string meter, string column, string? value, string? receivedAt)
    {
        if (!_answered.TryGetValue((meter, column), out var answers) || !DateTime.TryParse(receivedAt, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var at))
        {
            return null;
        }

        var found = answers.Find(one => one.Value == value && Math.Abs((one.SentAt - at).TotalSeconds) <= 60 && !_taken.Contains((one.Key, column)));
        if (found is not null)
        {
            _taken.Add((found.Key, column));
        }

        return found;
    }

    private static bool Same(TruthLine truth, string? value, int scaler) =>
        truth.Value == value && truth.Scaler == scaler
        || (decimal.TryParse(truth.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var sent)
            && decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var got)
            && sent * (decimal)Math.Pow(10, truth.Scaler) == got * (decimal)Math.Pow(10, scaler));

    private long SlotOf(DateTime at) => slot <= TimeSpan.Zero ? at.Ticks : at.Ticks / slot.Ticks;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var property) && property.ValueKind == JsonValueKind.String ? property.GetString() : null;
}
