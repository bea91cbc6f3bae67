namespace Drivers.Dlms;

/// <summary>Delays of the platform cut off what is no whole millisecond, and a delay of nothing is over at once: who waits for the rest of a span would ask again and again without any time passing.</summary>
internal static class WholeMilliseconds
{
    /// <summary>The next whole millisecond.</summary>
    internal static TimeSpan Of(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));
}
