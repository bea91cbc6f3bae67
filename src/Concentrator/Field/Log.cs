namespace Concentrator.Field;

/// <summary>What the field room says; ids 100 to 199.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "A telegram could not be stored: {Reason}")]
    internal static partial void NotStored(this ILogger log, string reason);

    [LoggerMessage(101, LogLevel.Information, "{Driver}: {State}: {Sentence}")]
    internal static partial void LinkChanged(this ILogger log, string driver, string state, string sentence);

    [LoggerMessage(102, LogLevel.Warning, "{Driver}: {Sentence}; next try in {Seconds:F0} s.")]
    internal static partial void DriverEnded(this ILogger log, string driver, string sentence, double seconds);

    [LoggerMessage(103, LogLevel.Information, "A key arrived: {Decoded} of {Tried} kept telegrams that could not be decoded now are.")]
    internal static partial void DecodedLater(this ILogger log, int decoded, int tried);
}
