namespace Concentrator.Store.View;

internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Information, "view: opened, {Days} days up to sequence {Sequence}")]
    internal static partial void Opened(ILogger logger, int days, ulong sequence);

    [LoggerMessage(501, LogLevel.Warning, "view: {Reason}; set aside as {Aside} and built again from the ledger: nothing is lost")]
    internal static partial void SetAside(ILogger logger, string reason, string? aside);

    [LoggerMessage(502, LogLevel.Information, "view: built again up to sequence {Sequence}")]
    internal static partial void Rebuilt(ILogger logger, ulong sequence);

    [LoggerMessage(503, LogLevel.Error, "view: {Directory} cannot be written ({Reason}); queries answer busy, the ledger is not touched; tried again until it works: free or replace the disk")]
    internal static partial void CannotWrite(ILogger logger, string directory, string reason);

    [LoggerMessage(504, LogLevel.Error, "view: the ledger cannot be read ({Reason}); tried again until it works")]
    internal static partial void CannotReadLedger(ILogger logger, string reason);

    [LoggerMessage(505, LogLevel.Information, "view: works again")]
    internal static partial void WorksAgain(ILogger logger);

    [LoggerMessage(506, LogLevel.Warning, "view: could not be closed cleanly ({Reason}); the next start builds it again")]
    internal static partial void NotClean(ILogger logger, string reason);
}
