namespace Concentrator.Home;

/// <summary>What the consumers' side tells.</summary>
internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "display of {Consumer}: {Sentence}")]
    internal static partial void DisplayLost(this ILogger log, string consumer, string sentence);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Who} wanted to see {What}: {Sentence}")]
    internal static partial void NotShown(this ILogger log, string who, string what, string sentence);
}
