using System.Threading.Channels;
using Drivers.Ports;

namespace Drivers.G3;

/// <summary>Datagrams to and from one node, until it leaves.</summary>
/// <param name="send">Gives the modem a payload for the node; completes when the modem has confirmed it.</param>
internal sealed class G3NodeLink(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send) : IDatagramLink
{
    private const int MostWaiting = 64;
    private readonly Channel<ReadOnlyMemory<byte>> _waiting =
        Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private string? _lost;

    /// <inheritdoc/>
    public ChannelReader<ReadOnlyMemory<byte>> Input => _waiting.Reader;

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => Volatile.Read(ref _lost) is { } why ? throw new IOException(why) : send(octets, stop);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <summary>A payload came from the node; the octets are the taker's own.</summary>
    internal void Take(ReadOnlyMemory<byte> payload) => _waiting.Writer.TryWrite(payload);

    /// <summary>The node is not there any more.</summary>
    internal void Lose(string why)
    {
        Volatile.Write(ref _lost, why);
        _waiting.Writer.TryComplete(new IOException(why));
    }
}
