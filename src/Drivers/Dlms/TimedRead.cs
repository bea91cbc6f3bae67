using System.IO.Pipelines;

namespace Drivers.Dlms;

/// <summary>Reads a pipe until a moment: what is there when it comes is given, empty or not.</summary>
internal static class TimedRead
{
    /// <summary>Octets, or what was there already when the time came.</summary>
    /// <param name="until">Timestamp of the clock.</param>
    /// <param name="port">For the sentence.</param>
    /// <exception cref="IOException">The far end closed.</exception>
    internal static async ValueTask<ReadResult> NextAsync(PipeReader input, TimeProvider clock, long until, string port, CancellationToken stop)
    {
        var wait = clock.GetElapsedTime(clock.GetTimestamp(), until);
        using var timer = clock.CreateTimer(static reader => ((PipeReader)reader!).CancelPendingRead(), input, wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        var read = await input.ReadAsync(stop).ConfigureAwait(false);
        if (read.IsCompleted && read.Buffer.IsEmpty)
        {
            throw new IOException($"{port} closed the connection");
        }

        return read;
    }
}
