using System.Threading.Channels;
using Drivers.Ports;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>
/// The way to one meter over its 4-32 connection: datagrams <c>90 | destination LSAP | source LSAP | APDU</c>, of which the modem makes and takes the first octet itself. It ends with the connection.
/// </summary>
/// <param name="send">Sends an APDU when its turn comes; throws where it does not reach the meter.</param>
internal sealed class NodeLink(ushort address, string name, Func<DataRequest, CancellationToken, ValueTask> send) : IDatagramLink
{
    private const byte Information = 0x90;
    private const int HeadLength = 3, MostWaiting = 16;
    private readonly Channel<ReadOnlyMemory<byte>> _waiting = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest });
    private volatile string? _ended;

    /// <inheritdoc/>
    public ChannelReader<ReadOnlyMemory<byte>> Input => _waiting.Reader;

    /// <summary>The connection it goes over.</summary>
    internal ushort Address => address;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        if (_ended is { } why)
        {
            throw new IOException(why);
        }

        if (octets.Length <= HeadLength || octets.Span[0] != Information || octets.Length - HeadLength > DataRequest.LongestApdu)
        {
            throw new IOException($"a datagram of {octets.Length} octets to {name} is none of 4-32: a head of {HeadLength} and an APDU of at most {DataRequest.LongestApdu}");
        }

        return send(new DataRequest(octets.Span[1], octets.Span[2], address, octets[HeadLength..]), stop);
    }

    /// <summary>Takes what came from the meter.</summary>
    internal void Take(DataIndication came)
    {
        var datagram = new byte[HeadLength + came.Apdu.Length];
        (datagram[0], datagram[1], datagram[2]) = (Information, came.DestinationLsap, came.SourceLsap);
        came.Apdu.CopyTo(datagram.AsMemory(HeadLength));
        _waiting.Writer.TryWrite(datagram);
    }

    /// <summary>The connection is gone: who waits hears why.</summary>
    internal void End(string why)
    {
        _ended ??= why;
        _waiting.Writer.TryComplete(new IOException(why));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End($"the way to {name} was let go");
        return ValueTask.CompletedTask;
    }
}
