namespace Concentrator.Collection;

/// <summary>What the collection room says; ids 700 to 799.</summary>
internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Information, "{Meter}: {Task}: {Sentence}")]
    internal static partial void Collected(this ILogger log, string meter, string task, string sentence);

    [LoggerMessage(701, LogLevel.Warning, "{Meter}: {Task} was not read: {Sentence}; next try in {Minutes:F0} min.")]
    internal static partial void NotCollected(this ILogger log, string meter, string task, string sentence, double minutes);
}
