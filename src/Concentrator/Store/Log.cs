namespace Concentrator.Store;

/// <summary>What the store says; ids 200 to 299.</summary>
internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Critical, "Ledger damaged: {Damage}. Keep a copy of the ledger directory; what follows is written to a new segment.")]
    internal static partial void Damaged(this ILogger log, string damage);

    [LoggerMessage(201, LogLevel.Critical, "Storage fault: {Reason}. Readings are held in RAM, nothing is acknowledged; the disk is tried again.")]
    internal static partial void StorageFault(this ILogger log, string reason);

    [LoggerMessage(202, LogLevel.Information, "The disk takes data again; what was held is written down.")]
    internal static partial void StorageRecovered(this ILogger log);

    [LoggerMessage(203, LogLevel.Warning, "Delivery state of {Name} was not written: {Reason}. After a kill some batches are sent again.")]
    internal static partial void SlotNotWritten(this ILogger log, string name, string reason);

    [LoggerMessage(204, LogLevel.Error, "Image {Name} of {Octets} octets is dropped: what came has the SHA-256 {Found}. It is to be brought anew.")]
    internal static partial void ImageWrong(this ILogger log, string name, long octets, string found);

    [LoggerMessage(205, LogLevel.Information, "Image {Name} of {Octets} octets is dropped to make room for another; no order needs it.")]
    internal static partial void ImageMadeRoom(this ILogger log, string name, long octets);

    [LoggerMessage(206, LogLevel.Error, "Image file {Name} cannot be read ({Reason}): it is left where it is, and its image is to be brought anew.")]
    internal static partial void ImageNotRead(this ILogger log, string name, string reason);
}
