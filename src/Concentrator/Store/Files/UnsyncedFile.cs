#if FAULT_POINTS
namespace Concentrator.Store.Files;

/// <summary>Test builds only: keeps what was written in memory until the sync, so that a kill loses what a power cut would lose, and takes its time to sync.</summary>
internal sealed class UnsyncedFile(ILedgerFile disk, TimeSpan syncTakes) : ILedgerFile
{
    private readonly Lock _lock = new();
    private readonly List<(long Offset, byte[] Octets)> _unsynced = [];

    public long Length
    {
        get
        {
            lock (_lock)
            {
                return _unsynced.Select(write => write.Offset + write.Octets.Length).Append(disk.Length).Max();
            }
        }
    }

    public int Read(Span<byte> destination, long offset)
    {
        lock (_lock)
        {
            destination.Clear();
            var end = offset + disk.Read(destination, offset);
            foreach (var (at, octets) in _unsynced)
            {
                var first = Math.Max(at, offset);
                var last = Math.Min(at + octets.Length, offset + destination.Length);
                if (first < last)
                {
                    octets.AsSpan((int)(first - at), (int)(last - first)).CopyTo(destination[(int)(first - offset)..]);
                    end = Math.Max(end, last);
                }
            }

            return (int)(end - offset);
        }
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        lock (_lock)
        {
            _unsynced.Add((offset, source.ToArray()));
        }
    }

    public void Sync()
    {
        Thread.Sleep(syncTakes);
        lock (_lock)
        {
            foreach (var (at, octets) in _unsynced)
            {
                disk.Write(octets, at);
            }

            disk.Sync();
            _unsynced.Clear();
        }
    }

    public void Dispose() => disk.Dispose();
}
#endif
