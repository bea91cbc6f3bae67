namespace Concentrator.Composition;

/// <summary>What the composition says; ids 1 to 99.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Critical, "The service ends: {Reason}")]
    internal static partial void Ended(this ILogger log, string reason);
}
