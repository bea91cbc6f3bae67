using Metering;
using Protocols.P1;

namespace Concentrator.Home;

/// <summary>What a consumer is shown, the same at every interface (H1, H2, H3): the newest values of the consumer's own meters.</summary>
internal sealed class HomeFeed(HomeOptions options, NewestValues newest, ITimeSource time)
{
    /// <summary>For programs.</summary>
    internal HomeValuesShape Of(HomeConsumer consumer)
    {
        var now = time.Now;
        return new HomeValuesShape(consumer.Name, now.Utc, (int)consumer.Refresh.TotalSeconds, [.. consumer.Meters.Select(meter => Of(consumer, meter, now))]);
    }

    /// <summary>One meter; null where it is none of the consumer's.</summary>
    internal HomeMeterShape? Of(HomeConsumer consumer, MeterId meter) => consumer.Meters.Contains(meter) ? Of(consumer, meter, time.Now) : null;

    /// <summary>For a display on a line.</summary>
    internal byte[] TelegramOf(HomeConsumer consumer)
    {
        var local = time.Now.Utc is { } utc ? TimeZoneInfo.ConvertTimeFromUtc(utc, options.Zone) : (DateTime?)null;
        return P1Writer.Write(
            options.Maker, new string([.. options.Box.Where(char.IsAsciiLetterOrDigit)]), local, local is { } at && options.Zone.IsDaylightSavingTime(at),
            [.. consumer.Meters.Select(meter => new P1Device(meter, [.. newest.Of(meter).Select(value => (value.Obis, value.Value, value.Unit))]))]);
    }

    /// <summary>How old the oldest value of a meter is; null where there is none.</summary>
    internal TimeSpan? AgeOf(MeterId meter) => Oldest(newest.Of(meter), time.Now);

    private HomeMeterShape Of(HomeConsumer consumer, MeterId meter, BoxTime now)
    {
        var values = newest.Of(meter);
        var oldest = Oldest(values, now);
        return new HomeMeterShape(
            meter.Text, oldest is { } age ? Seconds(age) : null, oldest <= consumer.Refresh,
            [.. values.Select(value => new HomeValueShape(
                value.Obis.ToString(), value.Value.ToString(), value.Unit.WireText, value.Quality.ToString().ToLowerInvariant(), value.At?.ToString(), Seconds(AgeOf(value, now))))]);
    }

    private static TimeSpan? Oldest(IReadOnlyList<NewestValue> values, BoxTime now) => values.Count == 0 ? null : values.Max(value => AgeOf(value, now));

    private static TimeSpan AgeOf(NewestValue value, BoxTime now) => TimeSpan.FromTicks(Math.Max(0, now.Monotonic - value.Received.Monotonic));

    private static double Seconds(TimeSpan age) => Math.Round(age.TotalSeconds, 1);
}
