using System.Net.Sockets;

namespace Drivers.Ports;

/// <summary>Opens a TCP connection to a modem behind a serial server.</summary>
public static class TcpLink
{
    /// <summary>Connects, without Nagle's delay.</summary>
    /// <exception cref="IOException">Nobody answers there: what, where, what to do.</exception>
    public static async ValueTask<ILink> OpenAsync(string host, int port, CancellationToken stop)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(host, port, stop).ConfigureAwait(false);
            return new StreamLink(client.GetStream(), client, $"tcp://{host}:{port}");
        }
        catch (SocketException e)
        {
            client.Dispose();
            throw new IOException($"tcp://{host}:{port} cannot be reached: {e.Message}; is the serial server on, and is the port right?", e);
        }
    }
}
