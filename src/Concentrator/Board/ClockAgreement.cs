using Concentrator.Ports;
using Metering;

namespace Concentrator.Board;

/// <summary>
/// Who stands behind the box's clock. An opinion holds for twenty minutes and falls with every step of the clock, because it was about another one. Pure: monotonic time is an argument.
/// </summary>
/// <param name="sources">Names that count, as in <c>[time] sources</c>.</param>
internal sealed class ClockAgreement(IReadOnlyList<string> sources)
{
    /// <summary>The system's own time service.</summary>
    internal const string Kernel = "kernel";

    /// <summary>Authenticated head-ends.</summary>
    internal const string HeadEnd = "hes";

    private static readonly TimeSpan Within = TimeSpan.FromSeconds(1), HoldsFor = TimeSpan.FromMinutes(20);
    private readonly Dictionary<string, (ClockOpinion Opinion, TimeSpan At)> _told = [];
    private TimeSpan? _since;

    /// <summary>Takes an opinion; one that is not known to a second says nothing.</summary>
    internal void Take(ClockOpinion opinion, TimeSpan now)
    {
        if (sources.Contains(opinion.Source) && opinion.Uncertainty <= Within)
        {
            _told[opinion.Source] = (opinion, now);
        }
    }

    /// <summary>A source has nothing to say any more.</summary>
    internal void Forget(string source) => _told.Remove(source);

    /// <summary>The clock was set: what was said before was about another clock.</summary>
    internal void Stepped()
    {
        _told.Clear();
        _since = null;
    }

    /// <summary>How the sources stand now.</summary>
    internal TimeTrust Judge(TimeSpan now)
    {
        var (agreeing, disagreeing) = (0, 0);
        foreach (var source in sources)
        {
            switch (StateOf(source, now))
            {
                case "agrees":
                    agreeing++;
                    break;
                case "disagrees":
                    disagreeing++;
                    break;
            }
        }

        _since = agreeing >= 2 && agreeing > disagreeing ? _since ?? now : null;
        return new TimeTrust(agreeing, disagreeing, _since is { } since ? now - since : TimeSpan.Zero);
    }

    /// <summary>Each source, in the order of the configuration.</summary>
    internal IReadOnlyList<ClockSourceView> View(TimeSpan now) =>
        [.. sources.Select(source => new ClockSourceView(source, StateOf(source, now), _told.TryGetValue(source, out var told) ? Math.Round(told.Opinion.Offset.TotalSeconds, 3) : null))];

    private string StateOf(string source, TimeSpan now) =>
        !_told.TryGetValue(source, out var told) || now - told.At > HoldsFor ? "silent" : told.Opinion.Offset.Duration() <= Within + told.Opinion.Uncertainty ? "agrees" : "disagrees";
}
