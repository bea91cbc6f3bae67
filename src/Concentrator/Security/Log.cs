namespace Concentrator.Security;

/// <summary>What the key room says; ids 300 to 399. Never a key.</summary>
internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Error, "A key of {Device} in the books was wrapped by another device key and cannot be used: set it again with `concentrator meter key set {Device}`.")]
    internal static partial void KeyNotUnwrapped(this ILogger log, string device);

    [LoggerMessage(301, LogLevel.Error, "Keys file: {Fault}")]
    internal static partial void KeysFileFault(this ILogger log, string fault);

    [LoggerMessage(302, LogLevel.Information, "Keys file {Path} read: {Count} keys.")]
    internal static partial void KeysFileRead(this ILogger log, string path, int count);

    [LoggerMessage(303, LogLevel.Information, "{Upstream}: ownership list {Version} is in force, {Meters} meters.")]
    internal static partial void OwnershipTaken(this ILogger log, string upstream, long version, int meters);

    [LoggerMessage(304, LogLevel.Warning, "{Upstream}: an ownership list was refused: {Reason}")]
    internal static partial void OwnershipRefused(this ILogger log, string upstream, string reason);
}
