using System.Threading.Channels;

namespace Drivers.Ports;

/// <summary>Datagrams to and from one peer: each is whole or not there; they get lost, doubled, and overtake one another.</summary>
public interface IDatagramLink : IPort
{
    /// <summary>What comes in, a datagram at a time; the octets are the taker's own.</summary>
    ChannelReader<ReadOnlyMemory<byte>> Input { get; }
}
