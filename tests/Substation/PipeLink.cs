using System.IO.Pipelines;
using Drivers.Ports;

namespace Substation;

/// <summary>A link in memory: the driver's end here, the modem's end in <see cref="Modem"/> (what it reads is what the driver sent).</summary>
public sealed class PipeLink : ILink
{
    private readonly WatchedPipe _toDriver = new();
    private readonly Pipe _toModem = new();

    /// <summary>What the driver sent.</summary>
    public PipeReader FromDriver => _toModem.Reader;

    /// <summary>What the driver is to hear.</summary>
    public PipeWriter Modem => _toDriver.Modem;

    /// <summary>The driver has looked at everything that was written to it, and waits for more.</summary>
    public bool IsQuiet => _toDriver.IsQuiet;

    public PipeReader Input => _toDriver.Input;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => await _toModem.Writer.WriteAsync(octets, stop).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        await _toModem.Writer.CompleteAsync().ConfigureAwait(false);
        await _toDriver.Input.CompleteAsync().ConfigureAwait(false);
    }
}
