namespace Metering.Orders.Planner;

/// <summary>
/// What was learned of a meter's coming and going: the share of the time it can be reached, and how long it stays away. Older experience fades within two weeks.
/// </summary>
public sealed class PresenceModel
{
    private const double Memory = 14 * 86_400.0;

    /// <summary>What is believed before anything is known, as if it had been seen for so long: a meter is there nine hours of ten, and comes back within some hours.</summary>
    private const double PriorSeconds = 6 * 3600.0, PriorShare = 0.9, PriorAway = 2 * 3600.0;

    private double _present, _away, _returns;
    private DateTime? _since;

    /// <summary>It can be reached now.</summary>
    public bool IsPresent { get; private set; }

    /// <summary>Since when it is as it is; null where it was never seen.</summary>
    public DateTime? Since => _since;

    /// <summary>It was reachable at least once.</summary>
    public bool WasSeen { get; private set; }

    /// <summary>It came or went.</summary>
    public void Note(bool isPresent, DateTime utc)
    {
        if (_since is not null && isPresent == IsPresent)
        {
            return;
        }

        Learn(utc);
        _returns += isPresent && _since is not null ? 1 : 0;
        (IsPresent, _since, WasSeen) = (isPresent, utc, WasSeen || isPresent);
    }

    /// <summary>Share of the time it is there, 0 to 1.</summary>
    public double Share(DateTime utc)
    {
        var now = _since is { } since ? Math.Max(0, (utc - since).TotalSeconds) : 0;
        var (present, away) = (_present + (IsPresent ? now : 0), _away + (IsPresent ? 0 : now));
        return ((PriorSeconds * PriorShare) + present) / (PriorSeconds + present + away);
    }

    /// <summary>How likely it can be reached at some time within a span: it is there, or comes back.</summary>
    public double WithinReach(TimeSpan span, DateTime utc)
    {
        if (IsPresent)
        {
            return 1;
        }

        var now = _since is { } since ? Math.Max(0, (utc - since).TotalSeconds) : 0;
        var meanAway = (PriorAway + _away + now) / (1 + _returns);
        return span <= TimeSpan.Zero ? 0 : 1 - Math.Exp(-span.TotalSeconds / meanAway);
    }

    private void Learn(DateTime utc)
    {
        if (_since is not { } since)
        {
            return;
        }

        var lasted = Math.Max(0, (utc - since).TotalSeconds);
        var fades = Math.Exp(-lasted / Memory);
        (_present, _away, _returns) = ((_present * fades) + (IsPresent ? lasted : 0), (_away * fades) + (IsPresent ? 0 : lasted), _returns * fades);
    }
}
