using System.Globalization;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// Who may give the modem a packet next: so many at once, only while a buffer is free that takes it, nobody while the modem starts. First come first served among those that fit.
/// </summary>
internal sealed class G3DataDesk(G3Options options, TimeProvider clock)
{
    private const int LargeBuffer = 1280, MediumBuffer = 400, SmallBuffer = 100;

    /// <summary>An indication of a free buffer can be lost like any other: nobody waits longer for it while no packet is under way.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiting> _waiting = [];
    private G3Buffers _free = G3Buffers.All;
    private int _underWay;
    private bool _isOpen;
    private string? _closed;
    private ITimer? _silence;
    private long _held;

    /// <summary>Packets the modem has and has not confirmed.</summary>
    internal int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>The modem is being started, and who waits goes on waiting.</summary>
    internal bool IsPaused
    {
        get
        {
            lock (_lock)
            {
                return !_isOpen && _closed is null;
            }
        }
    }

    /// <summary>How often the modem had no room.</summary>
    internal long Held => Interlocked.Read(ref _held);

    /// <summary>Waits for the turn of a packet of so many octets; <see cref="Leave"/> ends it.</summary>
    /// <exception cref="IOException">The turn did not come, or never will.</exception>
    internal async ValueTask EnterAsync(int octets, CancellationToken stop)
    {
        var turn = new Waiting(octets);
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
            await turn.Come.Task.WaitAsync(options.HoldWithin, clock, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!TryWithdraw(turn))
            {
                Leave(); // it came in the very moment
            }

            throw e is OperationCanceledException ? e : new IOException($"the modem at {options.Port} {(_isOpen ? "has no room for a packet" : "is not ready")} for {options.HoldWithin.TotalSeconds:0} s: the packet was not sent");
        }
    }

    /// <summary>The modem has confirmed a packet, whatever with.</summary>
    internal void Leave()
    {
        lock (_lock)
        {
            _underWay--;
            Serve();
        }
    }

    /// <summary>The modem tells which of its buffers are free.</summary>
    internal void Take(G3Buffers free)
    {
        lock (_lock)
        {
            _free = free;
            Serve();
        }
    }

    /// <summary>The modem had no room: nothing is given to it before it tells of a buffer, or a while has passed.</summary>
    internal void Hold()
    {
        Interlocked.Increment(ref _held);
        lock (_lock)
        {
            _free = G3Buffers.None;
        }
    }

    /// <summary>The modem is started: all its buffers are free.</summary>
    internal void Open()
    {
        lock (_lock)
        {
            (_isOpen, _free) = (true, G3Buffers.All);
            Serve();
        }
    }

    /// <summary>The modem is being started: who waits goes on waiting.</summary>
    internal void Pause()
    {
        lock (_lock)
        {
            _isOpen = false;
        }
    }

    /// <summary>Nobody gets a turn any more.</summary>
    internal void Close(string why)
    {
        lock (_lock)
        {
            (_closed, _isOpen) = (why, false);
            foreach (var turn in _waiting)
            {
                turn.Come.TrySetException(new IOException(why));
            }

            _waiting.Clear();
            _silence?.Dispose();
        }
    }

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        facts["packetsUnderWay"] = UnderWay.ToString(CultureInfo.InvariantCulture);
        facts["packetsHeld"] = Held.ToString(CultureInfo.InvariantCulture);
    }

    private void Serve()
    {
        for (var place = _waiting.First; place is not null && _isOpen && _underWay < options.PacketsAtOnce;)
        {
            var (turn, next) = (place.Value, place.Next);
            if (Fits(turn.Octets))
            {
                _waiting.Remove(place);
                _underWay++;
                turn.Come.TrySetResult();
            }

            place = next;
        }

        if (_waiting.First is null || _underWay > 0 || !_isOpen)
        {
            _silence?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        _silence ??= clock.CreateTimer(static desk => ((G3DataDesk)desk!).Take(G3Buffers.All), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _silence.Change(LongestSilence, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A buffer that is free takes so many octets.</summary>
    private bool Fits(int octets) => octets switch
    {
        <= SmallBuffer => _free != G3Buffers.None,
        <= MediumBuffer => (_free & (G3Buffers.Medium | G3Buffers.Large)) != 0,
        <= LargeBuffer => (_free & G3Buffers.Large) != 0,
        _ => false,
    };

    private bool TryWithdraw(Waiting turn)
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

    private sealed class Waiting
    {
        internal Waiting(int octets)
        {
            Octets = octets;
            Place = new LinkedListNode<Waiting>(this);
        }

        internal int Octets { get; }

        internal LinkedListNode<Waiting> Place { get; }

        internal TaskCompletionSource Come { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
