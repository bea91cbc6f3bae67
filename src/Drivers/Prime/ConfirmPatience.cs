namespace Drivers.Prime;

/// <summary>
/// How long a confirm is awaited: four times the slowest of late. Given up too early, the next request meets a modem that is still busy with the last; too late, the medium is idle meanwhile.
/// </summary>
/// <param name="most">No confirm is awaited longer; also before anything is known.</param>
public sealed class ConfirmPatience(TimeSpan most)
{
    private const int Times = 4;

    /// <summary>A message over three switches, each hop tried some times, while others register.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private TimeSpan? _slowest;

    /// <summary>How long the next confirm is awaited.</summary>
    public TimeSpan Next
    {
        get
        {
            lock (_lock)
            {
                return _slowest is not { } slowest || slowest * Times >= most ? most : slowest * Times < Least ? (Least < most ? Least : most) : slowest * Times;
            }
        }
    }

    /// <summary>A confirm came after so long, in time or late: a slower one counts at once, faster ones little by little.</summary>
    public void Answered(TimeSpan after)
    {
        lock (_lock)
        {
            _slowest = _slowest is not { } slowest || after > slowest ? after : slowest - ((slowest - after) / 8);
        }
    }

    /// <summary>None came: the next is awaited twice as long.</summary>
    public void Missed()
    {
        lock (_lock)
        {
            _slowest = _slowest is null ? null : Next * 2 / Times;
        }
    }
}
