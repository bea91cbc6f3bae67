namespace Simulation.Plc.Medium;

/// <summary>
/// Everything that happens on a power line, in one ordered queue and on one timer: nothing ever runs beside something else. What is posted from elsewhere waits its turn, so that no lock is held
/// while something runs. Events have the time they are due at, also where the timer is late.
/// </summary>
public sealed class LineTime : IDisposable
{
    private const long Never = long.MaxValue;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Action, (long Due, long Order)> _queue = new();
    private readonly ITimer _timer;
    private readonly long _began, _epoch;
    private long _now, _order, _armed = Never;
    private bool _isRunning, _isEarly, _isOver;
    private int _runner;

    /// <summary>Begins at the clock's time; then goes by its time stamps, so that a step of its date is none here.</summary>
    public LineTime(TimeProvider clock)
    {
        (_clock, _began, _epoch) = (clock, clock.GetTimestamp(), clock.GetUtcNow().UtcTicks);
        _now = _epoch;
        _timer = clock.CreateTimer(static line => ((LineTime)line!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time: of the event that runs, or of the clock.</summary>
    public DateTime Now => new(Ticks, DateTimeKind.Utc);

    /// <summary>Events that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    internal long Ticks => Volatile.Read(ref _isRunning) ? Volatile.Read(ref _now) : Clock;

    private long Clock => _epoch + _clock.GetElapsedTime(_began).Ticks;

    /// <summary>Runs something as soon as nothing else does: at once, or when what runs now has ended.</summary>
    public void Post(Action action) => Add(Volatile.Read(ref _runner) == Environment.CurrentManagedThreadId ? _now : Clock, action);

    /// <summary>Runs something after a while, counted from now.</summary>
    public void After(TimeSpan wait, Action action) => Add(Ticks + Math.Max(0, wait.Ticks), action);

    /// <summary>Runs something at a time.</summary>
    public void At(DateTime utc, Action action) => Add(utc.Ticks, action);

    internal void At(long ticks, Action action) => Add(ticks, action);

    /// <summary>Nothing happens any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _queue.Clear();
        }

        _timer.Dispose();
    }

    private void Add(long due, Action action)
    {
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _queue.Enqueue(action, (due, _order++));
            if (_isRunning)
            {
                return;
            }

            if (due > Clock)
            {
                Arm();
                return;
            }

            _isRunning = true;
        }

        Run();
    }

    private void Ring()
    {
        lock (_lock)
        {
            _armed = Never;
            if (_isRunning || _isOver)
            {
                return;
            }

            _isEarly = !_queue.TryPeek(out _, out var first) || first.Due > Clock;
            _isRunning = true;
        }

        Run();
    }

    /// <summary>Runs all that is due; whoever came first runs it for all.</summary>
    private void Run()
    {
        Volatile.Write(ref _runner, Environment.CurrentManagedThreadId);
        while (true)
        {
            Action? next;
            lock (_lock)
            {
                if (_isOver || !_queue.TryPeek(out next, out var at) || at.Due > Clock)
                {
                    (_isRunning, _runner) = (false, 0);
                    Arm();
                    return;
                }

                _queue.Dequeue();
                _now = Math.Max(_now, at.Due);
            }

            next();
        }
    }

    private void Arm()
    {
        if (_isOver || !_queue.TryPeek(out _, out var first) || first.Due >= _armed)
        {
            return;
        }

        _armed = first.Due;
        var wait = Math.Max(0, first.Due - Clock);
        _timer.Change(new TimeSpan(_isEarly ? wait + TimeSpan.TicksPerMillisecond : wait), Timeout.InfiniteTimeSpan); // a timer of whole milliseconds rings too early, and would again
    }
}
