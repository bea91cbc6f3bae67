namespace Metering;

/// <summary>Meters by id, by the beginning of their ids (<c>LGZ*</c>), or all (<c>*</c>): as a configuration names them.</summary>
public sealed class MeterSelection
{
    private readonly HashSet<string> _ids = [];
    private readonly List<string> _beginnings = [];

    /// <summary>Takes what <see cref="IsOne"/> holds for; anything else selects nothing.</summary>
    public MeterSelection(IEnumerable<string> texts)
    {
        foreach (var text in texts.Where(IsOne))
        {
            if (text.EndsWith('*'))
            {
                _beginnings.Add(text[..^1]);
            }
            else
            {
                _ids.Add(text);
            }
        }
    }

    /// <summary>Every meter.</summary>
    public static MeterSelection All { get; } = new(["*"]);

    /// <summary>True where a text names a meter, the beginning of ids, or all.</summary>
    public static bool IsOne(string text) => text == "*" || MeterId.TryParse(text.EndsWith('*') ? text[..^1].PadRight(4, '0') : text, out _);

    /// <summary>True where a meter could be among both.</summary>
    public bool Overlaps(MeterSelection other) =>
        _ids.Any(id => other._ids.Contains(id) || other._beginnings.Exists(beginning => id.StartsWith(beginning, StringComparison.Ordinal)))
        || other._ids.Any(id => _beginnings.Exists(beginning => id.StartsWith(beginning, StringComparison.Ordinal)))
        || _beginnings.Exists(one => other._beginnings.Exists(two => one.StartsWith(two, StringComparison.Ordinal) || two.StartsWith(one, StringComparison.Ordinal)));

    /// <summary>True for a meter that is among them.</summary>
    public bool Contains(MeterId meter) => _ids.Contains(meter.Text) || _beginnings.Exists(beginning => meter.Text.StartsWith(beginning, StringComparison.Ordinal));
}
