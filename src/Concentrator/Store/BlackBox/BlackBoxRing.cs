using System.Buffers;
using System.Threading.Channels;

namespace Concentrator.Store.BlackBox;

/// <summary>
/// The last frames as heard, whatever became of them, for replay against newer decoders and for looking back: a ring of segment files, bounded by octets.
/// Best effort: never synced, and a frame that finds no room is dropped and counted. A kill loses what waits in memory; what the system has taken survives it.
/// </summary>
public sealed class BlackBoxRing
{
    private readonly BlackBoxSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<BlackBoxRing> _logger;
    private readonly Segments _segments;
    private readonly Channel<BlackBoxFrame> _waiting;
    private FileStream? _segment;
    private long _used;
    private long _failedAt;
    private bool _troubled;
    private long _dropped;
    private long _written;

    /// <summary>A black box in a directory. It writes while <see cref="RunAsync"/> runs.</summary>
    public BlackBoxRing(BlackBoxSettings settings, TimeProvider time, ILogger<BlackBoxRing> logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _segments = new Segments(settings);
        _waiting = Channel.CreateBounded<BlackBoxFrame>(new BoundedChannelOptions(settings.Waiting) { SingleReader = true });
    }

    /// <summary>Frames that are not in the ring because there was no room in memory or on the disk.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Frames given to the system since start.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Takes a frame. Never waits, never throws.</summary>
    /// <param name="frame">Its octets must not change any more.</param>
    public void Add(BlackBoxFrame frame)
    {
        if (!_waiting.Writer.TryWrite(frame))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes until stopped; then writes what waits.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stop))
            {
                WriteWaiting();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            WriteWaiting();
        }
        finally
        {
            Let();
        }
    }

    /// <summary>The frames in the ring, oldest first, damaged ones left out. One segment is in memory at a time; one that is dropped meanwhile is passed over.</summary>
    public IEnumerable<BlackBoxFrame> Read()
    {
        foreach (var path in _segments.List())
        {
            var octets = ReadSegment(path);
            for (var at = 0; FrameCodec.ReadNext(octets, ref at) is { } frame;)
            {
                yield return frame;
            }
        }
    }

    private static byte[] ReadSegment(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var octets = new byte[stream.Length];
            var length = stream.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            return length == octets.Length ? octets : octets[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void WriteWaiting()
    {
        while (_waiting.Reader.TryRead(out var frame))
        {
            Write(frame);
        }
    }

    private void Write(BlackBoxFrame frame)
    {
        if (_troubled && _time.GetElapsedTime(_failedAt) < _settings.RetryAfter)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        var octets = ArrayPool<byte>.Shared.Rent(FrameCodec.SizeOf(frame));
        try
        {
            var size = FrameCodec.Write(octets, frame);
            if (_segment is null || _used + size > _segments.SizeOfOne)
            {
                Let();
                _segment = _segments.CreateNext();
                _used = 0;
            }

            _segment.Write(octets, 0, size);
            _used += size;
            Interlocked.Increment(ref _written);
            if (_troubled)
            {
                _troubled = false;
                Log.WorksAgain(_logger, Dropped);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Interlocked.Increment(ref _dropped);
            Abandon();
            _failedAt = _time.GetTimestamp();
            if (!_troubled)
            {
                _troubled = true;
                Log.CannotWrite(_logger, _settings.Directory, e.Message);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }

    /// <summary>After trouble a new segment is begun, because the end of this may be torn; one in which nothing stands would only push out an older one.</summary>
    private void Abandon()
    {
        var empty = _used == 0 ? _segment?.Name : null;
        Let();
        try
        {
            if (empty is not null)
            {
                File.Delete(empty);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is in trouble, which is said already.
        }
    }

    private void Let()
    {
        try
        {
            _segment?.Dispose();
        }
        catch (IOException)
        {
            // Nothing is buffered here; there is nothing to lose.
        }

        _segment = null;
    }
}
