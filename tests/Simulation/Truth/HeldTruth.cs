using Simulation.Dlms;

namespace Simulation.Truth;

/// <summary>
/// What a meter answered over a line that loses answers. Its lines are told when the last octets of the answer have reached the host; what never gets there is told at the end, with its fate.
/// Whoever uses it does so on one thread at a time.
/// </summary>
/// <param name="tell">Takes a line whose fate is known.</param>
public sealed class HeldTruth(DlmsMeter meter, Func<DateTime> now, Action<TruthLine> tell)
{
    /// <summary>An answer so late may come to nobody any more: whoever asked has given up.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(12);

    private const string NotAsked = "not asked", Garbled = "garbled", Unfinished = "not asked to its end", TooLate = "late";
    private readonly List<TruthLine> _open = [];
    private readonly HashSet<string> _told = [];
    private readonly Dictionary<(string Key, string Column), TruthLine> _missed = [];
    private readonly Dictionary<(string Meter, string Column), DateTime> _answeredAt = [];
    private bool _isUnderWay;

    /// <summary>The meter.</summary>
    public DlmsMeter Meter => meter;

    /// <summary>Its answer, or a part of it, has reached the host.</summary>
    public void Delivered()
    {
        _isUnderWay = true;
        if (meter.IsBufferAsked && meter.Plan.Has(MeterFaults.Unreadable))
        {
            Miss(Garbled);
            return;
        }

        if (!meter.HasAnsweredWhole)
        {
            return;
        }

        var (at, rows) = (now(), new HashSet<string>());
        foreach (var line in _open)
        {
            if (line.Profile == "reg")
            {
                var again = at - _answeredAt.GetValueOrDefault((line.Meter, line.Column)) < Comparison.AskedTwiceWithin;
                _answeredAt[(line.Meter, line.Column)] = at;
                tell(line with { SentAt = at, Fate = line.Fate ?? (again ? TruthLine.AskedAgain : at - line.SentAt > Late ? TooLate : null) });
            }
            else if (!_told.Contains(line.Key))
            {
                rows.Add(line.Key);
                _missed.Remove((line.Key, line.Column));
                tell(line with { SentAt = at });
            }
        }

        _told.UnionWith(rows);
        _open.Clear();
    }

    /// <summary>Its answer, or a part of it, is lost.</summary>
    public void Lost(string fate)
    {
        _isUnderWay = true;
        Miss(fate);
    }

    /// <summary>The end of all: what never arrived is told, and why.</summary>
    /// <param name="fate">Why nothing can arrive; null where it could have been asked.</param>
    internal void Close(string? fate)
    {
        Miss(fate ?? Unfinished);
        foreach (var line in _missed.Values)
        {
            tell(line with { Fate = fate ?? line.Fate });
        }

        _missed.Clear();
    }

    /// <summary>The meter answers with a value or a row: the first part of it is on its way.</summary>
    internal void Add(List<TruthLine> lines)
    {
        if (_isUnderWay)
        {
            Miss(Unfinished); // whoever asked before has not asked to the end
            _isUnderWay = false;
        }

        _open.AddRange(lines);
    }

    /// <summary>The meter stored a row: somebody should ask for it.</summary>
    internal void Store(List<TruthLine> lines)
    {
        foreach (var line in lines)
        {
            _missed[(line.Key, line.Column)] = line with { Fate = NotAsked };
        }
    }

    private void Miss(string fate)
    {
        foreach (var line in _open)
        {
            if (line.Profile == "reg")
            {
                tell(line with { Fate = fate });
            }
            else if (!_told.Contains(line.Key))
            {
                _missed[(line.Key, line.Column)] = line with { Fate = fate };
            }
        }

        _open.Clear();
    }
}
