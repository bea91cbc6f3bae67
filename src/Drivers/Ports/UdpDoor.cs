using System.Net;
using System.Net.Sockets;

namespace Drivers.Ports;

/// <summary>One datagram, and from where.</summary>
public readonly record struct Datagram(ReadOnlyMemory<byte> Octets, string From);

/// <summary>Datagrams in and out: a UDP socket, or memory in a test.</summary>
public interface IDatagrams : IAsyncDisposable
{
    /// <summary>The next datagram; its octets are its own.</summary>
    /// <exception cref="IOException">The socket is gone.</exception>
    ValueTask<Datagram> ReceiveAsync(CancellationToken stop);

    /// <summary>Sends one to where another came from.</summary>
    ValueTask SendAsync(ReadOnlyMemory<byte> octets, string to, CancellationToken stop);
}

/// <summary>Listens on UDP.</summary>
public sealed class UdpDoor : IDatagrams
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[65_535];

    /// <summary>Opens the door.</summary>
    /// <exception cref="IOException">The address cannot be listened on: what, where, what to do.</exception>
    public UdpDoor(IPEndPoint at)
    {
        _socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            _socket.Bind(at);
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new IOException($"udp://{at} cannot be listened on: {e.Message}; does another program have the port, and is the address this box's?", e);
        }
    }

    public async ValueTask<Datagram> ReceiveAsync(CancellationToken stop)
    {
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0), stop).ConfigureAwait(false);
                return new Datagram(_buffer.AsSpan(0, received.ReceivedBytes).ToArray(), received.RemoteEndPoint.ToString()!);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.MessageSize)
            {
                // an answer of ours met nobody, or a datagram was longer than any: neither ends the door
            }
            catch (SocketException e)
            {
                throw new IOException($"the UDP socket is gone: {e.Message}", e);
            }
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> octets, string to, CancellationToken stop)
    {
        try
        {
            await _socket.SendToAsync(octets, SocketFlags.None, IPEndPoint.Parse(to), stop).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new IOException($"udp://{to} cannot be reached: {e.Message}", e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
