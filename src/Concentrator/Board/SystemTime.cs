using System.Globalization;
using Concentrator.Ports;
using Metering;

namespace Concentrator.Board;

/// <summary>
/// The box's clock: the system's, how far it may be believed by what its sources say of it, and the boot it counts from. It follows the system clock and never sets it.
/// </summary>
/// <param name="sources">Names of the sources that count (CONTRACTS section 4, <c>[time] sources</c>).</param>
/// <param name="kernel">Whether the system's time service holds the clock.</param>
internal sealed class SystemTime(IReadOnlyList<string> sources, TimeProvider clock, Func<bool> kernel, ILogger log) : ITimeSource, IClockOpinions
{
    private static readonly TimeSpan JudgeEvery = TimeSpan.FromSeconds(1), Step = TimeSpan.FromSeconds(1), LargeStep = TimeSpan.FromSeconds(30);
    private static readonly DateTime Earliest = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc); // a clock before the product's own age was never set
    private readonly Lock _lock = new();
    private readonly ClockAgreement _agreement = new(sources);
    private readonly long _started = clock.GetTimestamp();
    private TimeSpan? _judgedAt;
    private DateTime _wallThen;
    private TimeTrust _trust;
    private bool _everSynchronised, _stale;

    /// <summary>The kernel's id of this boot.</summary>
    internal ulong BootId { get; } = ReadBootId();

    public BoxTime Now
    {
        get
        {
            var timestamp = clock.GetTimestamp();
            var utc = clock.GetUtcNow().UtcDateTime;
            var monotonic = (long)((Int128)timestamp * TimeSpan.TicksPerSecond / clock.TimestampFrequency);
            lock (_lock)
            {
                Judge(clock.GetElapsedTime(_started, timestamp), utc);
                var quality = utc < Earliest ? TimeQuality.Unset
                    : _trust.Agreeing > _trust.Disagreeing ? TimeQuality.Synchronised
                    : _everSynchronised ? TimeQuality.Holdover
                    : TimeQuality.Rtc;
                return new BoxTime(quality == TimeQuality.Unset ? null : utc, quality, monotonic, BootId);
            }
        }
    }

    public TimeTrust Trust
    {
        get
        {
            lock (_lock)
            {
                Judge(Elapsed, clock.GetUtcNow().UtcDateTime);
                return _trust;
            }
        }
    }

    /// <summary>Each source as it stands.</summary>
    internal IReadOnlyList<ClockSourceView> Sources
    {
        get
        {
            lock (_lock)
            {
                return _agreement.View(Elapsed);
            }
        }
    }

    private TimeSpan Elapsed => clock.GetElapsedTime(_started);

    public void Tell(ClockOpinion opinion)
    {
        lock (_lock)
        {
            Judge(Elapsed, clock.GetUtcNow().UtcDateTime);
            _agreement.Take(opinion, Elapsed);
            _stale = true;
        }
    }

    /// <summary>Looks at most once a second whether the clock was stepped, and at what the sources say.</summary>
    private void Judge(TimeSpan now, DateTime utc)
    {
        if (_judgedAt is { } then)
        {
            // The kernel slews by 500 ppm at most; what is more is a step.
            var step = utc - _wallThen - (now - then);
            if (step.Duration() > Step + ((now - then) / 1000))
            {
                TellStep(step);
                _agreement.Stepped();
            }
            else if (now - then < JudgeEvery && !_stale)
            {
                return;
            }
        }

        (_judgedAt, _wallThen, _stale) = (now, utc, false);
        if (kernel())
        {
            _agreement.Take(new ClockOpinion(ClockAgreement.Kernel, TimeSpan.Zero, TimeSpan.Zero), now);
        }
        else
        {
            _agreement.Forget(ClockAgreement.Kernel);
        }

        _trust = _agreement.Judge(now);
        _everSynchronised |= _trust.Agreeing > _trust.Disagreeing;
    }

    private void TellStep(TimeSpan step)
    {
        if (step.Duration() > LargeStep)
        {
            log.ClockSteppedFar(step.TotalSeconds);
        }
        else
        {
            log.ClockStepped(step.TotalSeconds);
        }
    }

    private static ulong ReadBootId()
    {
        var text = File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim().Replace("-", "", StringComparison.Ordinal) : "";
        return text.Length >= 16 ? ulong.Parse(text.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
    }
}
