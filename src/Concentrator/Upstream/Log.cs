namespace Concentrator.Upstream;

/// <summary>What the upstream room says; ids 400 to 499. Never a payload.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Information, "{Upstream}: connected to {Where}")]
    internal static partial void Connected(this ILogger log, string upstream, string where);

    [LoggerMessage(401, LogLevel.Warning, "{Upstream}: {Sentence}; next try in {Seconds:F0} s. Nothing is lost meanwhile.")]
    internal static partial void Disconnected(this ILogger log, string upstream, string sentence, double seconds);

    [LoggerMessage(402, LogLevel.Warning, "{Upstream}: mqtt:// is not encrypted: for tests only")]
    internal static partial void Insecure(this ILogger log, string upstream);

    [LoggerMessage(403, LogLevel.Warning, "{Upstream}: the head-end refused {Rows} rows of {Batch}; they are kept as dead letters")]
    internal static partial void RowsRefused(this ILogger log, string upstream, int rows, string batch);

    [LoggerMessage(404, LogLevel.Warning, "{Upstream}: a message on {Topic} is no acknowledgement: {Reason}")]
    internal static partial void BadAcknowledgement(this ILogger log, string upstream, string topic, string reason);

    [LoggerMessage(405, LogLevel.Error, "{Upstream}: what came on {Topic} could not be written down: {Reason}")]
    internal static partial void NotWrittenDown(this ILogger log, string upstream, string topic, string reason);

    [LoggerMessage(406, LogLevel.Warning, "{Upstream}: the report of {Task} was not told: {Reason}; it is kept until the next of this task")]
    internal static partial void ReportNotTold(this ILogger log, string upstream, string task, string reason);

    [LoggerMessage(407, LogLevel.Information, "{Upstream}: head-ends may come to {Where}, {How}")]
    internal static partial void DoorOpened(this ILogger log, string upstream, string where, string how);

    [LoggerMessage(408, LogLevel.Error, "{Upstream}: {Sentence} Next try in {Seconds:F0} s.")]
    internal static partial void DoorClosed(this ILogger log, string upstream, string sentence, double seconds);

    [LoggerMessage(409, LogLevel.Error, "{Upstream}: the connection of {From} was ended by a fault of this program")]
    internal static partial void DoorFault(this ILogger log, string upstream, string from, Exception fault);

    [LoggerMessage(410, LogLevel.Warning, "{Upstream}: {Dropped} parts of images were dropped since the start, the last one ({Topic}) because {Reason}")]
    internal static partial void ImagePartDropped(this ILogger log, string upstream, string topic, string reason, long dropped);

    [LoggerMessage(411, LogLevel.Warning, "{Upstream}: what is missing of image {Image} was not told: {Reason}")]
    internal static partial void ImageNotTold(this ILogger log, string upstream, string image, string reason);
}
