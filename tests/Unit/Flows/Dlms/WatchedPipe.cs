using System.IO.Pipelines;

namespace Unit.Flows.Dlms;

/// <summary>A wire's way to the driver. It knows whether something was delivered that a waiting driver has not taken yet.</summary>
internal sealed class WatchedPipe
{
    private readonly Pipe _pipe = new();
    private readonly Lock _one = new();
    private long _delivered, _seen;
    private bool _isWaiting, _isClosed;

    internal WatchedPipe() => Input = new Reader(this);

    /// <summary>The driver's end.</summary>
    internal PipeReader Input { get; }

    /// <summary>The driver waits for octets that are there, or for a time that has come: it is about to wake.</summary>
    internal bool IsUnread
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
    internal ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        lock (_one)
        {
            _delivered++;
            return _pipe.Writer.WriteAsync(octets, stop);
        }
    }

    /// <summary>No more comes.</summary>
    internal ValueTask CompleteAsync()
    {
        lock (_one)
        {
            _isClosed = true;
            return _pipe.Writer.CompleteAsync();
        }
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
