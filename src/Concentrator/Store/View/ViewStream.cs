namespace Concentrator.Store.View;

/// <summary>
/// A file under LiteDB that keeps failed writes to itself. With its own files LiteDB 5.0.20 once left a transaction behind on a full disk whose finalizer threw
/// ("discarded page must be writable", seen once, not at will), which would end the process. So the first failure is kept for <see cref="ViewFile"/>
/// to see, and nothing is written from then on; the file is thrown away. Nothing is synced either: a view that a power cut catches is built again in any case.
/// </summary>
internal sealed class ViewStream(string path) : Stream
{
    private readonly FileStream _file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
    private long _length = -1;

    /// <summary>Why the file is not what LiteDB believes it to be; null where it is.</summary>
    internal IOException? Failure { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => Failure is null ? _file.Length : Math.Max(_length, _file.Length);

    /// <inheritdoc/>
    public override long Position
    {
        get => _file.Position;
        set => _file.Position = value;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Not buffered.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => _file.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => _file.Seek(offset, origin);

    /// <inheritdoc/>
    public override void SetLength(long value) => Try(() => _file.SetLength(value), value);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Try(() => _file.Write(buffer, offset, count), _file.Position + count);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Try(Action write, long end)
    {
        if (Failure is not null)
        {
            _length = Math.Max(_length, end);
            _file.Position = end;
            return;
        }

        try
        {
            write();
        }
        catch (IOException e)
        {
            Failure = e;
            _length = Math.Max(end, _file.Length);
            _file.Position = end;
        }
    }
}
