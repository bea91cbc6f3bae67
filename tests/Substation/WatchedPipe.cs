using System.IO.Pipelines;

namespace Substation;

/// <summary>A wire's way to the driver. It knows whether something was delivered that a waiting driver has not taken yet.</summary>
public sealed class WatchedPipe
{
    private readonly Pipe _pipe = new();
    private readonly Lock _one = new();
    private long _delivered, _seen;
    private bool _isWaiting, _isClosed;

    /// <summary>A wire with nothing on it.</summary>
    public WatchedPipe() => (Input, Modem) = (new Reader(this), new Writer(this));

    /// <summary>The driver's end.</summary>
    public PipeReader Input { get; }

    /// <summary>The other end: what is written there is delivered when it is flushed.</summary>
    public PipeWriter Modem { get; }

    /// <summary>The driver has looked at everything that was delivered, and waits for more.</summary>
    public bool IsQuiet
    {
        get
        {
            lock (_one)
            {
                return _isClosed || (_isWaiting && _seen == _delivered);
            }
        }
    }

    /// <summary>The driver waits for octets that are there, or for a time that has come: it is about to wake.</summary>
    public bool IsUnread
    {
        get
        {
            lock (_one)
            {
                return _isWaiting && !_isClosed && _seen != _delivered;
            }
        }
    }

    /// <summary>Delivers octets.</summary>
    public ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        lock (_one)
        {
            _delivered++;
            return _pipe.Writer.WriteAsync(octets, stop);
        }
    }

    /// <summary>No more comes.</summary>
    public ValueTask CompleteAsync()
    {
        lock (_one)
        {
            _isClosed = true;
            return _pipe.Writer.CompleteAsync();
        }
    }

    private sealed class Writer(WatchedPipe wire) : PipeWriter
    {
        public override void Advance(int bytes) => wire._pipe.Writer.Advance(bytes);

        public override void CancelPendingFlush() => wire._pipe.Writer.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            lock (wire._one)
            {
                wire._isClosed = true;
                wire._pipe.Writer.Complete(exception);
            }
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            lock (wire._one)
            {
                wire._delivered++;
                return wire._pipe.Writer.FlushAsync(cancellationToken);
            }
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => wire._pipe.Writer.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => wire._pipe.Writer.GetSpan(sizeHint);
    }

    private sealed class Reader(WatchedPipe wire) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => wire._pipe.Reader.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => wire._pipe.Reader.AdvanceTo(consumed, examined);

        public override void CancelPendingRead()
        {
            lock (wire._one)
            {
                wire._delivered++;
                wire._pipe.Reader.CancelPendingRead();
            }
        }

        public override void Complete(Exception? exception = null) => wire._pipe.Reader.Complete(exception);

        public override bool TryRead(out ReadResult result) => wire._pipe.Reader.TryRead(out result);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ValueTask<ReadResult> read;
            lock (wire._one)
            {
                wire._seen = wire._delivered;
                read = wire._pipe.Reader.ReadAsync(cancellationToken);
                wire._isWaiting = !read.IsCompleted;
            }

            try
            {
                return await read.ConfigureAwait(false);
            }
            finally
            {
                wire._isWaiting = false;
            }
        }
    }
}
