using System.Globalization;
using Metering.Orders;

namespace Drivers.Dlms.Street;

/// <summary>
/// Who may send the next message on a medium that many meters share: the most urgent work first, within it who came first, whole messages only, so that long work gives way at each of them.
/// While somebody waits for an answer, the box's own work sends nothing new for a while; nobody waits for ever.
/// </summary>
/// <param name="atOnce">Messages that may be under way at the same time.</param>
/// <param name="fits">A message of so many octets can be taken now; null for any. Must not wait.</param>
public sealed class MediumTurns(TimeProvider clock, int atOnce, Func<int, bool>? fits = null) : IDisposable
{
    /// <summary>Who waited for so long goes before everybody.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>How long a message is held back for work that is more urgent and under way: for what somebody waits for, and an image for anything.</summary>
    private static readonly TimeSpan HeldForPeople = TimeSpan.FromSeconds(20), HeldForCollection = TimeSpan.FromSeconds(3);

    /// <summary>Work that sent nothing for so long is waiting for a meter that does not answer: nobody is held back for it.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly LinkedList<Turn> _waiting = [];
    private readonly (int UnderWay, long Sent)[] _work = new (int, long)[(int)WorkClass.Firmware + 1];
    private int _underWay;
    private string? _closed;
    private ITimer? _timer;
    private long _heldBack, _longest;

    /// <summary>Everybody in the order of arrival, whatever it is for: for comparison.</summary>
    public bool IsFirstComeFirstServed { get; init; }

    /// <summary>Messages that are under way.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Somebody waits, and nothing is under way.</summary>
    public bool IsStuck
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count > 0 && _underWay == 0;
            }
        }
    }

    /// <summary>Work of a class begins; it ends with what is given.</summary>
    public Work Begin(WorkClass work)
    {
        lock (_lock)
        {
            _work[(int)work].UnderWay++;
        }

        return new Work(this, work);
    }

    /// <summary>Waits for the turn of a message; <see cref="Leave"/> ends it.</summary>
    /// <exception cref="IOException">The turn never comes.</exception>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    public async ValueTask EnterAsync(int octets, WorkClass work, TimeSpan within, CancellationToken stop)
    {
        var turn = new Turn(octets, work, clock.GetTimestamp());
        lock (_lock)
        {
            if (_closed is { } closed)
            {
                throw new IOException(closed);
            }

            _waiting.AddLast(turn.Place);
            Serve();
        }

        try
        {
            await turn.Come.Task.WaitAsync(within, clock, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!TryWithdraw(turn))
            {
                Leave(); // it came in the very moment
            }

            throw;
        }
    }

    /// <summary>A message is out.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _underWay--;
            Serve();
        }
    }

    /// <summary>What fits may have changed.</summary>
    public void Look()
    {
        lock (_lock)
        {
            Serve();
        }
    }

    /// <summary>Nobody gets a turn any more.</summary>
    public void Close(string why)
    {
        lock (_lock)
        {
            _closed = why;
            foreach (var turn in _waiting)
            {
                turn.Come.TrySetException(new IOException(why));
            }

            _waiting.Clear();
            _timer?.Dispose();
            _timer = null;
        }
    }

    /// <summary>For people.</summary>
    public void AddTo(Dictionary<string, string> facts)
    {
        lock (_lock)
        {
            facts["messagesWaiting"] = _waiting.Count.ToString(CultureInfo.InvariantCulture);
            facts["messagesHeldBack"] = _heldBack.ToString(CultureInfo.InvariantCulture);
            facts["longestWaitMs"] = _longest.ToString(CultureInfo.InvariantCulture);
        }
    }

    public void Dispose() => Close("the medium is not used any more");

    private void Serve()
    {
        var held = TimeSpan.MaxValue;
        while (_underWay < atOnce && _closed is null && Next(out held) is { } turn)
        {
            _waiting.Remove(turn.Place);
            _underWay++;
            _work[(int)turn.Work].Sent = clock.GetTimestamp();
            _longest = Math.Max(_longest, (long)clock.GetElapsedTime(turn.Since).TotalMilliseconds);
            turn.Come.TrySetResult();
        }

        if (held < TimeSpan.MaxValue && _closed is null)
        {
            _timer ??= clock.CreateTimer(static turns => ((MediumTurns)turns!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(held > TimeSpan.Zero ? held : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The next of those that fit and are not held back; else null, and when the first of them is held back no longer.</summary>
    private Turn? Next(out TimeSpan held)
    {
        held = TimeSpan.MaxValue;
        Turn? next = null;
        foreach (var turn in _waiting)
        {
            if (fits?.Invoke(turn.Octets) == false)
            {
                continue;
            }

            var waited = clock.GetElapsedTime(turn.Since);
            if (IsFirstComeFirstServed || waited >= Patience)
            {
                return turn; // in the order of arrival
            }

            if (HeldFor(turn.Work, waited) is var still && still > TimeSpan.Zero)
            {
                _heldBack += turn.WasHeld ? 0 : 1;
                turn.WasHeld = true;
                held = still < held ? still : held;
            }
            else if (next is null || turn.Work < next.Work)
            {
                next = turn;
            }
        }

        return next;
    }

    /// <summary>How long a message that waited so long waits still for what is more urgent and under way.</summary>
    private TimeSpan HeldFor(WorkClass work, TimeSpan waited)
    {
        for (var other = WorkClass.Alarm; other < work; other++)
        {
            var (underWay, sent) = _work[(int)other];
            if (underWay == 0 || Fresh - clock.GetElapsedTime(sent) is var fresh && fresh <= TimeSpan.Zero)
            {
                continue;
            }

            var still = (other <= WorkClass.OnDemand ? HeldForPeople : work == WorkClass.Firmware ? HeldForCollection : TimeSpan.Zero) - waited;
            if (still > TimeSpan.Zero)
            {
                return still < fresh ? still : fresh;
            }
        }

        return TimeSpan.Zero;
    }

    private void End(WorkClass work)
    {
        lock (_lock)
        {
            _work[(int)work].UnderWay--;
            Serve();
        }
    }

    private bool TryWithdraw(Turn turn)
    {
        lock (_lock)
        {
            var waits = turn.Place.List is not null;
            if (waits)
            {
                _waiting.Remove(turn.Place);
            }

            return waits || turn.Come.Task.IsFaulted;
        }
    }

    /// <summary>Work that is under way.</summary>
    public readonly struct Work(MediumTurns turns, WorkClass work) : IDisposable
    {
        public void Dispose() => turns?.End(work);
    }

    private sealed class Turn
    {
        internal Turn(int octets, WorkClass work, long since)
        {
            (Octets, Work, Since) = (octets, work, since);
            Place = new LinkedListNode<Turn>(this);
        }

        internal int Octets { get; }

        internal WorkClass Work { get; }

        internal long Since { get; }

        internal bool WasHeld { get; set; }

        internal LinkedListNode<Turn> Place { get; }

        internal TaskCompletionSource Come { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
