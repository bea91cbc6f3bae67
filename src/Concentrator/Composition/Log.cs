namespace Concentrator.Composition;

/// <summary>What the composition says; ids 1 to 99.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Critical, "The service ends: {Reason}")]
    internal static partial void Ended(this ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The kernel does not let core dumps be forbidden (PR_SET_DUMPABLE, RLIMIT_CORE): a crash may put keys onto the disk.")]
    internal static partial void CoreDumpsAllowed(this ILogger log);
}
