using System.Buffers;
using System.IO.Pipelines;

namespace Simulation.Plc.Ports;

/// <summary>The host's end of a modem's pipe: what a driver opens instead of a tty.</summary>
public sealed class ModemPipeEnd : IAsyncDisposable
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly ModemPipe _port;
    private string? _fault;

    internal ModemPipeEnd(ModemPipe port) => _port = port;

    /// <summary>What the modem says.</summary>
    public PipeReader Input => _pipe.Reader;

    /// <summary>Sends octets: they are on the line then, not yet at the modem.</summary>
    /// <exception cref="IOException">The port is gone.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (_fault is { } fault)
        {
            throw new IOException(fault);
        }

        _port.Send(this, octets.ToArray());
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _port.Close(this);
        await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
    }

    internal void Arrive(byte[] octets)
    {
        if (_fault is null)
        {
            _pipe.Writer.Write(octets);
            _ = _pipe.Writer.FlushAsync().AsTask();
        }
    }

    internal void End(string fault)
    {
        _fault = fault;
        _pipe.Writer.Complete(new IOException(fault));
    }
}
