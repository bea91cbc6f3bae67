namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>Connections that were told that a meter is busy, and ask again: who asked first has it next. Who does not ask for half a minute has given up, and so nobody waits for ever.</summary>
internal sealed class LeaseLine(TimeProvider clock)
{
    private const int Most = 16;
    private static readonly TimeSpan AsksAgainWithin = TimeSpan.FromSeconds(30);
    private readonly List<(long Session, long Asked)> _waiting = [];

    /// <summary>Nobody waits.</summary>
    internal bool IsEmpty => _waiting.Count == 0;

    /// <summary>True where nobody was before a connection.</summary>
    internal bool IsNext(long session)
    {
        _waiting.RemoveAll(one => clock.GetElapsedTime(one.Asked) >= AsksAgainWithin);
        return _waiting.Count == 0 || _waiting[0].Session == session;
    }

    /// <summary>A connection asked in vain: it keeps its place, or has the last one. Where too many wait it has none.</summary>
    internal void Wait(long session)
    {
        var at = _waiting.FindIndex(one => one.Session == session);
        if (at >= 0)
        {
            _waiting[at] = (session, clock.GetTimestamp());
        }
        else if (_waiting.Count < Most)
        {
            _waiting.Add((session, clock.GetTimestamp()));
        }
    }

    /// <summary>A connection has the meter.</summary>
    internal void Leave(long session) => _waiting.RemoveAll(one => one.Session == session);
}
