using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Drivers.Ports;

/// <summary>Somebody who connected: the link, and from where.</summary>
public sealed record Caller(ILink Link, string From);

/// <summary>Listens on TCP.</summary>
public static class TcpDoor
{
    /// <summary>Opens the door at once, and gives who comes in until it is stopped.</summary>
    /// <exception cref="IOException">The address cannot be listened on: what, where, what to do.</exception>
    public static IAsyncEnumerable<Caller> Open(IPEndPoint at, CancellationToken stop)
    {
        var listener = new TcpListener(at);
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new IOException($"tcp://{at} cannot be listened on: {e.Message}; does another program have the port, and is the address this box's?", e);
        }

        return AcceptAsync(listener, stop);
    }

    private static async IAsyncEnumerable<Caller> AcceptAsync(TcpListener listener, [EnumeratorCancellation] CancellationToken stop)
    {
        using var closing = listener;
        while (!stop.IsCancellationRequested)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(stop).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                continue; // one that went away while it was let in
            }

            client.NoDelay = true;
            var from = $"tcp://{client.Client.RemoteEndPoint}";
            yield return new Caller(new StreamLink(client.GetStream(), client, from), from);
        }
    }
}
