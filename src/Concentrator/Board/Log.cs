namespace Concentrator.Board;

/// <summary>What the board says; ids 800 to 899.</summary>
internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Information, "The clock was stepped by {Seconds:F3} s.")]
    internal static partial void ClockStepped(this ILogger log, double seconds);

    [LoggerMessage(801, LogLevel.Warning, "The clock was stepped by {Seconds:F1} s: rows keep the times they have; no meter's clock is touched until two sources have agreed for 15 minutes.")]
    internal static partial void ClockSteppedFar(this ILogger log, double seconds);

    [LoggerMessage(802, LogLevel.Warning, "Time server {Server} says nothing: {Reason}; is the address right, and UDP port 123 open?")]
    internal static partial void TimeServerSilent(this ILogger log, string server, string reason);
}
