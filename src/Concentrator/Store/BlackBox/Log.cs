namespace Concentrator.Store.BlackBox;

internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Warning, "black box: {Directory} cannot be written ({Reason}); frames are dropped from it until it works, readings are not touched: free or replace the disk")]
    internal static partial void CannotWrite(ILogger logger, string directory, string reason);

    [LoggerMessage(601, LogLevel.Information, "black box: works again; {Dropped} frames were dropped since start")]
    internal static partial void WorksAgain(ILogger logger, long dropped);
}
