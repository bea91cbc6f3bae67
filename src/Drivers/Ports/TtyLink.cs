using System.IO.Pipelines;

namespace Drivers.Ports;

/// <summary>
/// A serial line, open. A thread of its own waits for octets and brings them to a pipe; while nothing comes it costs nothing. (The class library's port looks a thousand times a second:
/// docs/decisions/0009.)
/// </summary>
internal sealed class TtyLink : ISerialLink
{
    private const int ReadAtOnce = 4096, StackOctets = 256 * 1024;
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(1);
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, useSynchronizationContext: false));
    private readonly Tty _tty;
    private readonly string _name;
    private readonly Thread _reader;
    private volatile bool _isGone;

    internal TtyLink(Tty tty, string name)
    {
        (_tty, _name) = (tty, name);
        _reader = new Thread(Pump, StackOctets) { IsBackground = true, Name = "reading " + name };
        _reader.Start();
    }

    public PipeReader Input => _pipe.Reader;

    public void SetSpeed(int baud) => _tty.SetSpeed(baud);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        for (var left = octets; !left.IsEmpty;)
        {
            stop.ThrowIfCancellationRequested();
            if (_isGone)
            {
                throw new IOException($"{_name} is gone");
            }

            var written = _tty.Write(left.Span);
            if (written == 0)
            {
                await Task.Run(_tty.WaitForRoom, stop).ConfigureAwait(false); // the line is slower than its driver; looks up now and then whether it is gone
            }

            left = left[written..];
        }
    }

    public async ValueTask DisposeAsync()
    {
        _tty.Wake();
        await _pipe.Reader.CompleteAsync().ConfigureAwait(false); // who waits for the reader of the pipe waits no more
        _reader.Join();

        // The kernel waits for what was written last to leave; where nobody takes it, it is left to a thread of its own.
        var closing = new Thread(() => _tty.Close(_isGone), StackOctets) { IsBackground = true, Name = "closing " + _name };
        closing.Start();
        closing.Join(LongestClose);
    }

    private void Pump()
    {
        Exception? end = null;
        try
        {
            while (_tty.WaitForOctets())
            {
                var read = _tty.Read(_pipe.Writer.GetSpan(ReadAtOnce));
                _pipe.Writer.Advance(read);
                var flush = _pipe.Writer.FlushAsync(CancellationToken.None);
                if ((flush.IsCompleted ? flush.Result : flush.AsTask().GetAwaiter().GetResult()).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (IOException e)
        {
            end = e;
        }

        _isGone = true;
        _pipe.Writer.Complete(end);
    }
}
