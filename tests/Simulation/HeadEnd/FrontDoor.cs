using System.Net;
using System.Net.Sockets;

namespace Simulation.HeadEnd;

/// <summary>
/// The broker's public port. The broker behind it refuses MQTT 3.1.1 clients without a name, which the standard allows and <c>mosquitto_sub</c> uses: they get a name here.
/// </summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private const int ConnectHead = 10; // MQTT, level, flags, keep alive: from the protocol name's length to the client id's
    private readonly TcpListener _listener;
    private readonly int _broker;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _nameless;

    /// <summary>Listens on a port of 127.0.0.1 and hands on to another.</summary>
    internal FrontDoor(int port, int broker)
    {
        _broker = broker;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token).ConfigureAwait(false);
                _ = HandOnAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The head-end ends.
        }
    }

    private async Task HandOnAsync(TcpClient client)
    {
        using var broker = new TcpClient { NoDelay = true };
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await broker.ConnectAsync(IPAddress.Loopback, _broker, _stop.Token).ConfigureAwait(false);
                var buffer = new byte[4096];
                var read = await client.GetStream().ReadAsync(buffer, _stop.Token).ConfigureAwait(false);
                await broker.GetStream().WriteAsync(Named(buffer.AsMemory(0, read)), _stop.Token).ConfigureAwait(false);
                var both = new[] { client.GetStream().CopyToAsync(broker.GetStream(), _stop.Token), broker.GetStream().CopyToAsync(client.GetStream(), _stop.Token) };
                await Task.WhenAny(both).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // One side went.
            }
        }
    }

    /// <summary>A CONNECT of MQTT 3.1.1 with an empty client id gets one; everything else is as it was.</summary>
    private ReadOnlyMemory<byte> Named(ReadOnlyMemory<byte> first)
    {
        var octets = first.Span;
        if (octets.Length < 2 + ConnectHead + 2 || octets[0] != 0x10 || octets[1] >= 0x60 || octets[8] != 4 || octets[2 + ConnectHead] != 0 || octets[3 + ConnectHead] != 0)
        {
            return first;
        }

        var name = System.Text.Encoding.ASCII.GetBytes($"nameless-{Interlocked.Increment(ref _nameless)}");
        return (byte[])[0x10, (byte)(octets[1] + name.Length), .. octets[2..(3 + ConnectHead)], (byte)name.Length, .. name, .. octets[(4 + ConnectHead)..]];
    }
}
