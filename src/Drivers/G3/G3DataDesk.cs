using System.Globalization;
using Drivers.Dlms.Street;
using Metering.Orders;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>
/// Who may give the modem a packet next: so many at once, only while a buffer is free that takes it, nobody while the modem starts. Whose turn it is among those that fit, the medium's order says.
/// </summary>
internal sealed class G3DataDesk : IDisposable
{
    private const int LargeBuffer = 1280, MediumBuffer = 400, SmallBuffer = 100;

    /// <summary>An indication of a free buffer can be lost like any other: nobody waits longer for it while no packet is under way.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(2);

    private readonly G3Options _options;
    private readonly Lock _lock = new();
    private readonly ITimer _silence;
    private volatile G3Buffers _free = G3Buffers.All;
    private volatile bool _isOpen, _isClosed;
    private bool _isSilent;
    private long _held;

    internal G3DataDesk(G3Options options, TimeProvider clock)
    {
        _options = options;
        Turns = new MediumTurns(clock, options.PacketsAtOnce, octets => _isOpen && Fits(octets)) { IsFirstComeFirstServed = !options.Arbitrates };
        _silence = clock.CreateTimer(static desk => ((G3DataDesk)desk!).Take(G3Buffers.All), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whose turn it is.</summary>
    internal MediumTurns Turns { get; }

    /// <summary>Packets the modem has and has not confirmed.</summary>
    internal int UnderWay => Turns.UnderWay;

    /// <summary>The modem is being started, and who waits goes on waiting.</summary>
    internal bool IsPaused => !_isOpen && !_isClosed;

    /// <summary>How often the modem had no room.</summary>
    internal long Held => Interlocked.Read(ref _held);

    /// <summary>Waits for the turn of a packet of so many octets; <see cref="Leave"/> ends it.</summary>
    /// <exception cref="IOException">The turn did not come, or never will.</exception>
    internal async ValueTask EnterAsync(int octets, WorkClass work, CancellationToken stop)
    {
        try
        {
            var turn = Turns.EnterAsync(octets, work, _options.HoldWithin, stop);
            Watch();
            await turn.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new IOException($"the modem at {_options.Port} {(_isOpen ? "has no room for a packet" : "is not ready")} for {_options.HoldWithin.TotalSeconds:0} s: the packet was not sent");
        }
    }

    /// <summary>The modem has confirmed a packet, whatever with.</summary>
    internal void Leave()
    {
        Turns.Leave();
        Watch();
    }

    /// <summary>The modem tells which of its buffers are free.</summary>
    internal void Take(G3Buffers free)
    {
        _free = free;
        Turns.Look();
        Watch();
    }

    /// <summary>The modem had no room: nothing is given to it before it tells of a buffer, or a while has passed.</summary>
    internal void Hold()
    {
        Interlocked.Increment(ref _held);
        _free = G3Buffers.None;
    }

    /// <summary>The modem is started: all its buffers are free.</summary>
    internal void Open()
    {
        _isOpen = true;
        Take(G3Buffers.All);
    }

    /// <summary>The modem is being started: who waits goes on waiting.</summary>
    internal void Pause() => _isOpen = false;

    /// <summary>Nobody gets a turn any more.</summary>
    internal void Close(string why)
    {
        (_isClosed, _isOpen) = (true, false);
        Turns.Close(why);
        Watch();
    }

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        facts["packetsUnderWay"] = UnderWay.ToString(CultureInfo.InvariantCulture);
        facts["packetsHeld"] = Held.ToString(CultureInfo.InvariantCulture);
        Turns.AddTo(facts);
    }

    public void Dispose()
    {
        _silence.Dispose();
        Turns.Dispose();
    }

    /// <summary>While somebody waits and nothing is under way, nothing more may come of the modem: after a silence its buffers are taken for free.</summary>
    private void Watch()
    {
        lock (_lock)
        {
            var isSilent = _isOpen && Turns.IsStuck;
            if (isSilent || _isSilent)
            {
                _silence.Change(isSilent ? LongestSilence : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            _isSilent = isSilent;
        }
    }

    /// <summary>A buffer that is free takes so many octets.</summary>
    private bool Fits(int octets) => octets switch
    {
        <= SmallBuffer => _free != G3Buffers.None,
        <= MediumBuffer => (_free & (G3Buffers.Medium | G3Buffers.Large)) != 0,
        <= LargeBuffer => (_free & G3Buffers.Large) != 0,
        _ => false,
    };
}
