using Concentrator.Store.Files;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>One of the two logs: its segments in order, the last one open for appending. Appending has one caller; reading has many.</summary>
internal sealed class SegmentLog : IDisposable
{
    private const int OpenIndexes = 8;

    private readonly ILedgerFiles _files;
    private readonly SegmentPool _pool;
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly LinkedList<Entry> _recentlyRead = new();
    private ulong _highestNumber;

    internal SegmentLog(LogKind kind, ILedgerFiles files, SegmentPool pool)
    {
        Kind = kind;
        _files = files;
        _pool = pool;
        Recover();
    }

    internal LogKind Kind { get; }

    /// <summary>Sentences about octets that were acknowledged and cannot be read any more.</summary>
    internal List<string> Damages { get; } = [];

    internal int SegmentCount
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>First sequence of the oldest segment; 0 where there is none.</summary>
    internal ulong OldestSequence
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count > 0 ? _entries[0].FirstSequence : 0;
            }
        }
    }

    /// <summary>First sequence of the newest segment; 0 where there is none.</summary>
    internal ulong NewestSegmentStart
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count > 0 ? _entries[^1].FirstSequence : 0;
            }
        }
    }

    /// <summary>The last sealed sequence; 0 before the first.</summary>
    internal ulong LastSequence { get; private set; }

    /// <summary>The highest sequence that was ever handed out in this log, as far as its files tell.</summary>
    internal ulong HighestSequence { get; private set; }

    /// <summary>The segment that takes batches; null where the next one has to be made first.</summary>
    internal Segment? Tail { get; private set; }

    /// <summary>Hash of the last sealed batch of the log.</summary>
    internal ReadOnlyMemory<byte> ChainHash { get; private set; } = new byte[Seal.HashSize];

    /// <summary>Starts the next segment. False where there is no file for it.</summary>
    internal bool Roll(ulong firstSequence)
    {
        var spare = _pool.Take();
        if (spare is null)
        {
            return false;
        }

        lock (_lock)
        {
            var number = _highestNumber + 1;
            try
            {
                Tail = Segment.Create(_files, spare, Kind, number, firstSequence, ChainHash);
            }
            catch
            {
                _pool.GiveBack(spare);
                throw;
            }

            _entries.Add(new Entry(Tail.Name, Tail.Header, Tail));
            _highestNumber = number;
            return true;
        }
    }

    /// <summary>Closes the tail for ever: its last octets may or may not be on the disk, and the next segment says where it really ends.</summary>
    internal void Abandon()
    {
        lock (_lock)
        {
            if (Tail is { IsEmpty: true })
            {
                Tail.Dispose(); // nothing was ever sealed in it: a failing disk must not leave a trail of empty segments
                _entries.RemoveAt(_entries.Count - 1);
                _pool.Recycle(Tail.Name);
            }

            Tail = null;
        }
    }

    /// <summary>Takes a synced batch into the index.</summary>
    internal void Index(in Batch batch, int sealedLength)
    {
        Tail!.Index(batch, sealedLength);
        ChainHash = batch.Hash;
        LastSequence = batch.Last;
        HighestSequence = batch.Last;
    }

    /// <summary>Takes the oldest segment out of the log and gives its file to the pool. Null where only the tail is left.</summary>
    internal (ulong First, ulong Last)? DropOldest()
    {
        lock (_lock)
        {
            if (_entries.Count < 2)
            {
                return null;
            }

            var oldest = _entries[0];
            var last = _entries[1].FirstSequence - 1;
            oldest.Segment?.Dispose();
            _recentlyRead.Remove(oldest);
            _entries.RemoveAt(0);
            _pool.Recycle(oldest.Name);
            return (oldest.FirstSequence, last);
        }
    }

    /// <summary>The sealed batches that reach into [first, last], oldest first, each with its octets.</summary>
    internal IEnumerable<(uint Nonce, Batch Batch, byte[] Octets)> Read(ulong first, ulong last)
    {
        foreach (var segment in SegmentsIn(first, last))
        {
            foreach (var batch in segment.Find(first, last))
            {
                yield return (segment.Header.Nonce, batch, segment.Read(batch));
            }
        }
    }

    /// <summary>
    /// Every segment as it is synced now, oldest first, for a copy beside: the last as far as its batches are sealed. One that is dropped meanwhile is left out whole.
    /// </summary>
    internal IEnumerable<(string Name, byte[] Octets)> Copy()
    {
        string[] names;
        lock (_lock)
        {
            names = [.. _entries.Select(entry => entry.Name)];
        }

        foreach (var name in names)
        {
            if (CopyOf(name) is { } octets)
            {
                yield return (name, octets);
            }
        }
    }

    private byte[]? CopyOf(string name)
    {
        int? end;
        lock (_lock)
        {
            end = Tail is { } tail && tail.Name == name ? tail.End : null;
        }

        try
        {
            using var file = _files.Open(name, create: false);
            var octets = new byte[end ?? (int)file.Length];
            var isWhole = file.Read(octets, 0) == octets.Length;
            lock (_lock)
            {
                return isWhole && _entries.Exists(entry => entry.Name == name) ? octets : null; // dropped: its file may be another segment's by now
            }
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The batch that covers a sequence of this log, or that precedes it.</summary>
    internal Batch? Covering(ulong sequence)
    {
        Batch? found = null;
        foreach (var segment in SegmentsIn(sequence, sequence))
        {
            foreach (var batch in segment.Find(sequence, sequence))
            {
                found = batch;
            }
        }

        return found;
    }

    public void Dispose()
    {
        foreach (var entry in _entries)
        {
            entry.Segment?.Dispose();
        }
    }

    private List<Segment> SegmentsIn(ulong first, ulong last)
    {
        lock (_lock)
        {
            var found = new List<Segment>();
            for (var i = 0; i < _entries.Count; i++)
            {
                var successor = i + 1 < _entries.Count ? _entries[i + 1] : null;
                if (_entries[i].FirstSequence <= last && (successor is null || successor.FirstSequence > first))
                {
                    found.Add(Loaded(_entries[i], successor));
                }
            }

            return found;
        }
    }

    private Segment Loaded(Entry entry, Entry? successor)
    {
        if (entry.Segment is null)
        {
            using var file = _files.Open(entry.Name, create: false);
            var scan = SegmentScan.Read(file);
            scan = successor is null ? scan : scan.EndingWhere(successor.PredecessorHash);
            if (scan.Damage is not null)
            {
                Damages.Add($"{entry.Name}: {scan.Damage}");
            }

            entry.Segment = Segment.Open(_files, entry.Name, scan);
        }

        _recentlyRead.Remove(entry);
        _recentlyRead.AddLast(entry);
        while (_recentlyRead.Count > OpenIndexes && _recentlyRead.First!.Value is var eldest && eldest.Segment != Tail)
        {
            _recentlyRead.RemoveFirst();
            eldest.Segment = null; // its readers may still hold it; the handle closes with the last of them
        }

        return entry.Segment;
    }

    private void Recover()
    {
        var names = _files.List();
        foreach (var number in SegmentNames.NumbersOf(Kind, names))
        {
            _highestNumber = number;
            var name = SegmentNames.Of(Kind, number);
            using var file = _files.Open(name, create: false);
            var start = new byte[SegmentHeader.Size];
            var header = file.Read(start, 0) == start.Length ? SegmentHeader.TryRead(start) : null;
            if (header is null || header.Log != Kind)
            {
                Damages.Add($"{name}: no segment header: its first {SegmentHeader.Size} octets are damaged; the file is left as it is");
                continue;
            }

            _entries.Add(new Entry(name, header, null));
        }

        while (_entries.Count > 0 && !TakeTail(_entries[^1]))
        {
            var empty = _entries[^1];
            _entries.RemoveAt(_entries.Count - 1);
            _pool.Recycle(empty.Name);
        }
    }

    /// <summary>False where nothing was ever sealed in the last segment: a kill came while it was begun, and its predecessor is the last.</summary>
    private bool TakeTail(Entry entry)
    {
        using var file = _files.Open(entry.Name, create: false);
        var scan = SegmentScan.Read(file);
        if (scan.Damage is not null)
        {
            Damages.Add($"{entry.Name}: {scan.Damage}");
        }
        else if (scan.Batches.Count == 0)
        {
            return false;
        }

        entry.Segment = Segment.Open(_files, entry.Name, scan);
        ChainHash = scan.FinalHash;
        LastSequence = entry.Segment.LastSequence;
        HighestSequence = scan.HighestSequence;
        Tail = scan.Leftover || scan.Damage is not null ? null : entry.Segment; // nothing is written over octets that a kill left behind
        return true;
    }

    private sealed class Entry(string name, SegmentHeader header, Segment? segment)
    {
        internal string Name { get; } = name;

        internal ulong FirstSequence { get; } = header.FirstSequence;

        internal ReadOnlyMemory<byte> PredecessorHash { get; } = header.PredecessorHash;

        internal Segment? Segment { get; set; } = segment;
    }
}
