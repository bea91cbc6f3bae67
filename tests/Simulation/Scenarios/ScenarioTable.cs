using Tomlyn.Syntax;

namespace Simulation.Scenarios;

/// <summary>One table of a scenario file: values by name, faults with their place.</summary>
internal sealed class ScenarioTable
{
    private readonly Dictionary<string, (ValueSyntax Value, string Place)> _values = [];
    private readonly List<string> _faults;

    internal ScenarioTable(string path, string name, IEnumerable<KeyValueSyntax> pairs, string[] known, List<string> faults)
    {
        _faults = faults;
        foreach (var pair in pairs)
        {
            var key = pair.Key!.ToString().Trim();
            var place = $"{path}:{pair.Span.Start.Line + 1}:{pair.Span.Start.Column + 1}";
            if (known.Contains(key))
            {
                _values[key] = (pair.Value!, place);
            }
            else
            {
                faults.Add($"{place}: {key} is not known{(name.Length > 0 ? $" in {name}" : "")}; there are {string.Join(", ", known)}");
            }
        }
    }

    internal string? Text(string name, string? otherwise) =>
        !_values.TryGetValue(name, out var entry) ? otherwise : entry.Value is StringValueSyntax text ? text.Value : Wrong<string?>(name, "wants a text", otherwise);

    internal string Word(string name, string[] allowed)
    {
        var text = Text(name, allowed[0])!;
        return allowed.Contains(text) ? text : Wrong(name, $"is one of {string.Join(", ", allowed)}", allowed[0]);
    }

    /// <summary>A list of names, each for something.</summary>
    internal IReadOnlyList<T> Words<T>(string name, IReadOnlyDictionary<string, T> known)
    {
        if (!_values.TryGetValue(name, out var entry))
        {
            return [];
        }

        var words = new List<T>();
        foreach (var item in (entry.Value as ArraySyntax)?.Items.Select(item => item.Value) ?? [entry.Value])
        {
            if ((item as StringValueSyntax)?.Value is not { } word || !known.TryGetValue(word, out var meant))
            {
                return Wrong<IReadOnlyList<T>>(name, $"is a list of {string.Join(", ", known.Keys)}", []);
            }

            words.Add(meant);
        }

        return words;
    }

    /// <summary>It is there.</summary>
    internal bool Has(string name) => _values.ContainsKey(name);

    /// <summary><c>["3 garbage"]</c>: a number from 1 on, and a name.</summary>
    internal IReadOnlyList<(int Number, string Name)> Numbered(string name, IReadOnlyCollection<string> known, int most)
    {
        if (!_values.TryGetValue(name, out var entry))
        {
            return [];
        }

        var all = new List<(int, string)>();
        foreach (var item in (entry.Value as ArraySyntax)?.Items.Select(item => item.Value) ?? [entry.Value])
        {
            if ((item as StringValueSyntax)?.Value?.Split(' ') is [var number, var word] && int.TryParse(number, out var at) && at >= 1 && at <= most && known.Contains(word))
            {
                all.Add((at, word));
            }
            else
            {
                return Wrong<IReadOnlyList<(int, string)>>(name, $"wants [\"3 {known.First()}\"]: a meter from 1 to {most}, and one of {string.Join(", ", known)}", []);
            }
        }

        return all;
    }

    internal TimeSpan Time(string name, TimeSpan otherwise) =>
        Text(name, null) is not { } text ? otherwise : ScenarioFile.TryTime(text, out var time) ? time : Wrong(name, "wants a time such as \"15s\", \"4h\"", otherwise);

    internal int Number(string name, int otherwise, int least, int most) =>
        !_values.TryGetValue(name, out var entry) ? otherwise
        : entry.Value is IntegerValueSyntax number && number.Value >= least && number.Value <= most ? (int)number.Value : Wrong(name, $"wants a whole number from {least} to {most}", otherwise);

    internal double Share(string name)
    {
        if (!_values.TryGetValue(name, out var entry))
        {
            return 0;
        }

        var share = entry.Value switch { FloatValueSyntax real => real.Value, IntegerValueSyntax whole => whole.Value, _ => -1 };
        return share is >= 0 and <= 1 ? share : Wrong(name, "wants a share from 0 to 1", 0.0);
    }

    internal bool Truth(string name, bool otherwise) =>
        !_values.TryGetValue(name, out var entry) ? otherwise : entry.Value is BooleanValueSyntax truth ? truth.Value : Wrong(name, "wants true or false", otherwise);

    /// <summary><c>["20s+5s"]</c>: away 20 s after the start, for 5 s.</summary>
    internal IReadOnlyList<Pause> Pauses(string name)
    {
        if (!_values.TryGetValue(name, out var entry))
        {
            return [];
        }

        var pauses = new List<Pause>();
        foreach (var item in (entry.Value as ArraySyntax)?.Items.Select(item => item.Value) ?? [entry.Value])
        {
            var parts = (item as StringValueSyntax)?.Value?.Split('+') ?? [];
            if (parts.Length == 2 && ScenarioFile.TryTime(parts[0], out var at) && ScenarioFile.TryTime(parts[1], out var length))
            {
                pauses.Add(new Pause(at, length));
            }
            else
            {
                return Wrong<IReadOnlyList<Pause>>(name, "wants [\"20s+5s\"]: when, and for how long", []);
            }
        }

        return pauses;
    }

    private T Wrong<T>(string name, string wish, T otherwise)
    {
        _faults.Add($"{_values[name].Place}: {name} {wish}");
        return otherwise;
    }
}
