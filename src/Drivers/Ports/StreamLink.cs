using System.IO.Pipelines;

namespace Drivers.Ports;

/// <summary>
/// A link over the stream of a TCP connection. One loop reads it into a pipe and is never cancelled inside a read.
/// </summary>
internal sealed class StreamLink : ILink
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false));
    private readonly CancellationTokenSource _gone = new();
    private readonly Stream _stream;
    private readonly IDisposable _owner;
    private readonly string _name;
    private readonly Task _pump;

    internal StreamLink(Stream stream, IDisposable owner, string name)
    {
        _stream = stream;
        _owner = owner;
        _name = name;
        _pump = PumpAsync();
    }

    public PipeReader Input => _pipe.Reader;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        try
        {
            // A write is given up when the reads have ended.
            _gone.Token.ThrowIfCancellationRequested();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _gone.Token);
            await _stream.WriteAsync(octets, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"{_name} is gone", e);
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException or TimeoutException or UnauthorizedAccessException)
        {
            throw new IOException($"{_name} takes nothing any more: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        await _pump.ConfigureAwait(false);
        await _pipe.Reader.CompleteAsync().ConfigureAwait(false);
        _gone.Dispose();
    }

    private async Task PumpAsync()
    {
        Exception? end;
        try
        {
            while (true)
            {
                var read = await _stream.ReadAsync(_pipe.Writer.GetMemory(4096), CancellationToken.None).ConfigureAwait(false);
                if (read == 0)
                {
                    end = new IOException($"{_name} is gone: the far end closed");
                    break;
                }

                _pipe.Writer.Advance(read);
                if ((await _pipe.Writer.FlushAsync(CancellationToken.None).ConfigureAwait(false)).IsCompleted)
                {
                    end = null;
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or UnauthorizedAccessException)
        {
            end = new IOException($"{_name} is gone: {e.Message}", e);
        }

        await _gone.CancelAsync().ConfigureAwait(false);
        await _pipe.Writer.CompleteAsync(end).ConfigureAwait(false);
    }
}
