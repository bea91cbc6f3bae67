using System.Net.Sockets;
using System.Text;

namespace Concentrator.Board;

/// <summary>
/// Tells systemd how the service is, over NOTIFY_SOCKET. Our own: the framework's looks at the parent in /proc, which ProtectProc=invisible hides, and never feeds the watchdog.
/// </summary>
internal sealed class SdNotify(string? socketPath, TimeSpan? watchdog, TimeProvider clock)
{
    /// <summary>From the environment that systemd gives.</summary>
    internal static SdNotify FromEnvironment(TimeProvider clock)
    {
        var microseconds = long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), out var usec) && usec > 0 ? usec : (long?)null;
        return new SdNotify(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"), microseconds is null ? null : TimeSpan.FromMicroseconds(microseconds.Value), clock);
    }

    /// <summary>Sends a line such as <c>READY=1</c>; nothing where nobody listens.</summary>
    internal void Tell(string line)
    {
        if (string.IsNullOrEmpty(socketPath))
        {
            return;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(socketPath[0] == '@' ? "\0" + socketPath[1..] : socketPath));
            socket.Send(Encoding.UTF8.GetBytes(line));
        }
        catch (SocketException)
        {
            // systemd is not there: nobody to tell.
        }
    }

    /// <summary>Says the state in words and feeds the watchdog at half its time, until stopped.</summary>
    internal async Task RunAsync(Func<string> sentence, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(watchdog is { } time ? time / 2 : TimeSpan.FromSeconds(30), clock);
        do
        {
            Tell($"STATUS={sentence()}");
            if (watchdog is not null)
            {
                Tell("WATCHDOG=1");
            }
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }
}
