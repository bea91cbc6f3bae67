namespace Concentrator.Collection;

/// <summary>What the collection room says; ids 700 to 799.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Information, "{Meter}: {Task}: {Sentence}")]
    internal static partial void Collected(this ILogger log, string meter, string task, string sentence);

    [LoggerMessage(701, LogLevel.Warning, "{Meter}: {Task} was not read: {Sentence}")]
    internal static partial void NotCollected(this ILogger log, string meter, string task, string sentence);

    [LoggerMessage(702, LogLevel.Error, "{Meter}: the visit fell over; the meter is asked again later")]
    internal static partial void VisitFailed(this ILogger log, string meter, Exception exception);

    [LoggerMessage(703, LogLevel.Warning, "{Meter}: {Sentence}")]
    internal static partial void RightsExposed(this ILogger log, string meter, string sentence);

    [LoggerMessage(704, LogLevel.Information, "{Meter}: what its pre-established client may do was not seen: {Sentence}")]
    internal static partial void RightsNotSeen(this ILogger log, string meter, string sentence);
}
