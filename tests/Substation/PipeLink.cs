using System.IO.Pipelines;
using Drivers.Ports;

namespace Substation;

/// <summary>A link in memory: the driver's end here, the modem's end in <see cref="Modem"/> (what it reads is what the driver sent).</summary>
public sealed class PipeLink : ILink
{
    private readonly Pipe _toDriver = new();
    private readonly Pipe _toModem = new();

    /// <summary>What the driver sent.</summary>
    public PipeReader FromDriver => _toModem.Reader;

    /// <summary>What the driver is to hear.</summary>
    public PipeWriter Modem => _toDriver.Writer;

    public PipeReader Input => _toDriver.Reader;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => await _toModem.Writer.WriteAsync(octets, stop).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await _toModem.Writer.CompleteAsync().ConfigureAwait(false);
        await _toDriver.Reader.CompleteAsync().ConfigureAwait(false);
    }
}
