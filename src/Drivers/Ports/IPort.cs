namespace Drivers.Ports;

/// <summary>An open port: takes octets, and gives them as a stream (<see cref="ILink"/>) or as datagrams (<see cref="IDatagramLink"/>).</summary>
public interface IPort : IAsyncDisposable
{
    /// <summary>Sends octets; over datagrams, one.</summary>
    /// <exception cref="IOException">The link is gone.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop);
}
