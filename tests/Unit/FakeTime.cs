using Metering;
using Microsoft.Extensions.Time.Testing;

namespace Unit;

/// <summary>A box clock on a fake time provider: synchronised unless told otherwise.</summary>
internal sealed class FakeTime(FakeTimeProvider clock) : ITimeSource
{
    internal TimeQuality Quality { get; set; } = TimeQuality.Synchronised;

    public TimeTrust Trust { get; internal set; } = new(2, 0, TimeSpan.FromHours(1));

    public BoxTime Now => new(Quality == TimeQuality.Unset ? null : clock.GetUtcNow().UtcDateTime, Quality, clock.GetTimestamp(), 7);
}
