namespace Concentrator.Store.Books;

/// <summary>So many refusals an hour are audited; whoever sends nonsense without end must not fill the books. Asked by one at a time.</summary>
internal sealed class AuditLimit(TimeProvider clock)
{
    private const int MostAnHour = 100;
    private long _hourBegan;
    private int _audited;

    /// <summary>One more is there; true where it is to be audited.</summary>
    internal bool Takes()
    {
        if (_audited == 0 || clock.GetElapsedTime(_hourBegan) > TimeSpan.FromHours(1))
        {
            (_hourBegan, _audited) = (clock.GetTimestamp(), 0);
        }

        return ++_audited <= MostAnHour;
    }
}
