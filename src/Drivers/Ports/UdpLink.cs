using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Drivers.Ports;

/// <summary>Datagrams over UDP to one address and port; what others send to ours is dropped by the kernel. One loop reads the socket; what nobody takes in time is shed, oldest first.</summary>
public sealed class UdpLink : IDatagramLink
{
    private const int MostWaiting = 64, MostRefusals = 4, LargestDatagram = 65_535;
    private readonly Channel<ReadOnlyMemory<byte>> _waiting =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });

    private readonly CancellationTokenSource _gone = new();
    private readonly Socket _socket;
    private readonly string _name;
    private readonly Task _pump;

    private UdpLink(Socket socket, string name)
    {
        (_socket, _name) = (socket, name);
        _pump = PumpAsync();
    }

    /// <inheritdoc/>
    public ChannelReader<ReadOnlyMemory<byte>> Input => _waiting.Reader;

    /// <summary>Opens a socket towards a peer; whether anybody is there shows when it answers.</summary>
    /// <exception cref="IOException">The name is none, or no way leads there: what, where, what to do.</exception>
    public static async ValueTask<UdpLink> OpenAsync(string host, int port, CancellationToken stop)
    {
        Socket? socket = null;
        try
        {
            var address = IPAddress.TryParse(host, out var given) ? given : (await Dns.GetHostAddressesAsync(host, stop).ConfigureAwait(false))[0];
            socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(address, port), stop).ConfigureAwait(false);
            return new UdpLink(socket, $"udp://{host}:{port}");
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException($"udp://{host}:{port} cannot be reached: {e.Message}; is the address right, and is there a route to it?", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        try
        {
            for (var tries = 1; !await TrySendAsync(octets, stop).ConfigureAwait(false) && tries < MostRefusals; tries++)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException($"{_name} takes nothing: {e.Message}", e);
        }
    }

    /// <summary>False where the kernel told instead that an earlier datagram found nobody (ICMP): this one did not leave, and may find the meter back.</summary>
    private async ValueTask<bool> TrySendAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        try
        {
            await _socket.SendAsync(octets, stop).ConfigureAwait(false);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync().ConfigureAwait(false);
        await _pump.ConfigureAwait(false);
        _socket.Dispose();
        _gone.Dispose();
    }

    private async Task PumpAsync()
    {
        var buffer = new byte[LargestDatagram];
        Exception? end = null;
        while (!_gone.IsCancellationRequested)
        {
            try
            {
                var length = await _socket.ReceiveAsync(buffer, _gone.Token).ConfigureAwait(false);
                _waiting.Writer.TryWrite(buffer.AsSpan(0, length).ToArray());
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.HostUnreachable or SocketError.NetworkUnreachable)
            {
                // Nobody there at the moment (ICMP): silence says the same to who waits.
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (SocketException e)
            {
                end = new IOException($"{_name} is gone: {e.Message}", e);
                break;
            }
        }

        _waiting.Writer.TryComplete(end);
    }
}
