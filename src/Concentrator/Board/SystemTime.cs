using System.Globalization;
using System.Runtime.InteropServices;
using Metering;

namespace Concentrator.Board;

/// <summary>The system's clock, how far it may be believed by what the kernel says of it, and the boot it counts from.</summary>
internal sealed partial class SystemTime : ITimeSource
{
    private const int TimeError = 5; // clock_adjtime: the clock is not synchronised
    private static readonly DateTime Earliest = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc); // a clock before the product's own age was never set
    private readonly TimeProvider _clock;
    private long _askedAt = long.MinValue;
    private bool _synchronised;
    private bool _everSynchronised;

    internal SystemTime(TimeProvider clock)
    {
        _clock = clock;
        var text = File.Exists("/proc/sys/kernel/random/boot_id") ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim().Replace("-", "", StringComparison.Ordinal) : "";
        BootId = text.Length >= 16 ? ulong.Parse(text.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>The kernel's id of this boot.</summary>
    internal ulong BootId { get; }

    public BoxTime Now
    {
        get
        {
            var timestamp = _clock.GetTimestamp();
            Ask(timestamp);
            var utc = _clock.GetUtcNow().UtcDateTime;
            var quality = utc < Earliest ? TimeQuality.Unset
                : _synchronised ? TimeQuality.Synchronised
                : _everSynchronised ? TimeQuality.Holdover
                : TimeQuality.Rtc;
            var monotonic = (long)((Int128)timestamp * TimeSpan.TicksPerSecond / _clock.TimestampFrequency);
            return new BoxTime(quality == TimeQuality.Unset ? null : utc, quality, monotonic, BootId);
        }
    }

    /// <summary>Asks the kernel at most once a second.</summary>
    private void Ask(long timestamp)
    {
        if (_askedAt != long.MinValue && _clock.GetElapsedTime(_askedAt, timestamp) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        _askedAt = timestamp;
        Span<byte> timex = stackalloc byte[256]; // struct timex is 208 octets; modes = 0 only asks
        timex.Clear();
        _synchronised = AdjustTime(timex) is >= 0 and not TimeError;
        _everSynchronised |= _synchronised;
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(Span<byte> timex);
}
