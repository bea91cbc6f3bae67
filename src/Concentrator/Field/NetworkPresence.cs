namespace Concentrator.Field;

/// <summary>How much of the last 24 hours a node could be asked, hour by hour; on the monotonic clock, so that a clock that is set changes nothing.</summary>
internal sealed class NetworkPresence
{
    private const int Hours = 24;
    private readonly ushort[] _seconds = new ushort[Hours];
    private readonly long _firstTold;
    private long _at;
    private bool _isPresent;

    /// <param name="firstTold">Monotonic, 100 ns.</param>
    internal NetworkPresence(long firstTold) => _firstTold = _at = firstTold;

    /// <summary>Takes what is so from now on.</summary>
    /// <param name="now">Monotonic, 100 ns.</param>
    internal void Note(bool isPresent, long now)
    {
        Move(now);
        _isPresent = isPresent;
    }

    /// <summary>Percent of the time since it was first told of, of 24 hours at most.</summary>
    internal double Percent(long now)
    {
        Move(now);
        var known = Math.Min(now - _firstTold, (Hours - 1) * TimeSpan.TicksPerHour + (now % TimeSpan.TicksPerHour));
        return known < TimeSpan.TicksPerSecond ? (_isPresent ? 100 : 0) : Math.Min(100, _seconds.Sum(seconds => (double)seconds) * TimeSpan.TicksPerSecond / known * 100);
    }

    /// <summary>Counts up to now, an hour at a time; the hour that begins takes the place of the one a day before.</summary>
    private void Move(long now)
    {
        if (now - _at > Hours * TimeSpan.TicksPerHour)
        {
            Array.Fill(_seconds, _isPresent ? (ushort)3600 : (ushort)0);
            _at = now - (now % TimeSpan.TicksPerHour);
            _seconds[Hour(now)] = 0;
        }

        while (_at < now)
        {
            var end = Math.Min(now, _at - (_at % TimeSpan.TicksPerHour) + TimeSpan.TicksPerHour);
            _seconds[Hour(_at)] += _isPresent ? (ushort)Math.Round((end - _at) / (double)TimeSpan.TicksPerSecond) : (ushort)0;
            _at = end;
            if (_at % TimeSpan.TicksPerHour == 0)
            {
                _seconds[Hour(_at)] = 0;
            }
        }
    }

    private static int Hour(long at) => (int)(at / TimeSpan.TicksPerHour % Hours);
}
