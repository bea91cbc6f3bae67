using System.Globalization;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Concentrator.Board;

/// <summary>Says in one sentence whether all is well; the gravest trouble first. Pure.</summary>
internal static class Verdict
{
    /// <summary>The sentence, and whether all is well.</summary>
    internal static (bool Well, string Sentence) Of(
        int meters, int silent, int withoutKey, StorageView storage, IReadOnlyList<DriverView> drivers, IReadOnlyList<UpstreamView> upstreams, BoxTime now)
    {
        if (!storage.Healthy)
        {
            return (false, Sentence(storage.Sentence!));
        }

        if (drivers.FirstOrDefault(driver => driver.State is not (LinkState.Listening or LinkState.Configuring or LinkState.Opening)) is { } deaf)
        {
            return (false, $"No meter can be heard by {deaf.Name}: {deaf.Sentence}.");
        }

        if (upstreams.FirstOrDefault(upstream => !upstream.Connected) is { } cut)
        {
            var waiting = cut.Backlog.Values.Sum();
            return (false, Sentence($"Head-end {cut.Name} is not reached ({cut.Sentence ?? "connecting"}); {Number(waiting)} records wait here and none is lost"));
        }

        if (meters > 0 && withoutKey > 0)
        {
            return (false, $"{Number(withoutKey)} of {Number(meters)} meters cannot be decoded for want of the right key; their telegrams are kept until it arrives.");
        }

        if (upstreams.FirstOrDefault(upstream => upstream.DeadLetters > 0) is { } refusing)
        {
            return (false, $"Head-end {refusing.Name} refused {Number(refusing.DeadLetters)} rows; they are kept: look at them with `concentrator hes dead-letters {refusing.Name}`.");
        }

        if (now.Quality == TimeQuality.Unset)
        {
            return (false, "The box has no time yet: readings are kept in order and dated when the clock is known.");
        }

        return drivers.Count == 0
            ? (false, "No driver is configured: nothing can be heard. Add a [[driver]] table to the configuration.")
            : meters == 0
                ? (true, "All is well so far; no meter has been heard yet.")
                : (true, $"All is well: {Number(meters - silent)} of {Number(meters)} meters heard in the last 24 hours, {Backlog(upstreams)}.");
    }

    private static string Backlog(IReadOnlyList<UpstreamView> upstreams)
    {
        var waiting = upstreams.Count == 0 ? 0 : upstreams.Max(upstream => upstream.Backlog.GetValueOrDefault(RecordClass.Reading));
        return upstreams.Count == 0 ? "no head-end is configured" : waiting == 0 ? "everything delivered" : $"{Number(waiting)} records on their way";
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");
}
