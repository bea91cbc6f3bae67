using System.IO.Pipelines;
using Drivers.Ports;

namespace Unit;

/// <summary>A link in memory: the driver's end here, the modem's end in <see cref="Modem"/> (what it reads is what the driver sent).</summary>
internal sealed class PipeLink : ILink
{
    private readonly Pipe _toDriver = new();
    private readonly Pipe _toModem = new();

    internal PipeReader FromDriver => _toModem.Reader;

    internal PipeWriter Modem => _toDriver.Writer;

    public PipeReader Input => _toDriver.Reader;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => await _toModem.Writer.WriteAsync(octets, stop);

    public async ValueTask DisposeAsync()
    {
        await _toModem.Writer.CompleteAsync();
        await _toDriver.Reader.CompleteAsync();
    }
}
