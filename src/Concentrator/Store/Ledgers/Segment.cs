using System.Security.Cryptography;
using Concentrator.Store.Files;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>One segment file, open for reading, and for appending while it is the last of its log.</summary>
internal sealed class Segment : IDisposable
{
    private readonly ILedgerFile _file;
    private readonly List<Batch> _batches;
    private readonly Lock _indexLock = new();

    private Segment(string name, ILedgerFile file, SegmentHeader header, IReadOnlyList<Batch> batches, int end, int capacity)
    {
        Name = name;
        Header = header;
        End = end;
        Capacity = capacity;
        _file = file;
        _batches = [.. batches];
    }

    internal string Name { get; }

    internal SegmentHeader Header { get; }

    /// <summary>Where the next batch goes.</summary>
    internal int End { get; private set; }

    internal int Capacity { get; private set; }

    /// <summary>True where nothing was ever sealed in it.</summary>
    internal bool IsEmpty => End == SegmentHeader.Size;

    /// <summary>The last sealed sequence; the one before the segment's first where nothing is sealed.</summary>
    internal ulong LastSequence
    {
        get
        {
            lock (_indexLock)
            {
                return _batches.Count > 0 ? _batches[^1].Last : Header.FirstSequence - 1;
            }
        }
    }

    /// <summary>Makes a segment out of a file written once before: header first, synced before the file takes its name.</summary>
    internal static Segment Create(ILedgerFiles files, string spare, LogKind log, ulong number, ulong firstSequence, ReadOnlyMemory<byte> predecessorHash)
    {
        Span<byte> nonce = stackalloc byte[4];
        RandomNumberGenerator.Fill(nonce);
        var header = new SegmentHeader(log, number, BitConverter.ToUInt32(nonce), firstSequence, predecessorHash);
        var name = SegmentNames.Of(log, number);
        var file = files.Open(spare, create: false);
        try
        {
            Span<byte> octets = stackalloc byte[SegmentHeader.Size];
            header.Write(octets);
            file.Write(octets, 0);
            file.Sync();
            files.Rename(spare, name);
            files.SyncDirectory();
            return new Segment(name, file, header, [], SegmentHeader.Size, (int)file.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a segment that was scanned.</summary>
    internal static Segment Open(ILedgerFiles files, string name, SegmentScan scan)
    {
        var file = files.Open(name, create: false);
        return new Segment(name, file, scan.Header!, scan.Batches, scan.End, (int)file.Length);
    }

    /// <summary>True where a batch of so many octets (seal included) still fits.</summary>
    internal bool Fits(int octets) => octets <= Capacity - End;

    /// <summary>
    /// Makes the file longer where a batch would leave it full: a live state or an import may be longer than a segment, and each batch after it would begin a segment of its own otherwise.
    /// </summary>
    internal void MakeRoom(int octets)
    {
        if (Fits(octets + (Capacity / 4)))
        {
            return;
        }

        var zeros = new byte[64 * 1024];
        var wanted = End + octets + Capacity;
        for (var at = Math.Max(End, Capacity); at < wanted; at += zeros.Length)
        {
            _file.Write(zeros.AsSpan(0, Math.Min(zeros.Length, wanted - at)), at);
        }

        _file.Sync();
        Capacity = wanted;
    }

    /// <summary>Writes a sealed batch; it counts only after <see cref="Sync"/> and <see cref="Index"/>.</summary>
    internal void Write(ReadOnlySpan<byte> sealedBatch) => _file.Write(sealedBatch, End);

    internal void Sync() => _file.Sync();

    /// <summary>Takes a synced batch into the index: from now on it can be read.</summary>
    internal void Index(in Batch batch, int sealedLength)
    {
        lock (_indexLock)
        {
            _batches.Add(batch);
            End += sealedLength;
        }
    }

    /// <summary>Batches that reach into [first, last], oldest first.</summary>
    internal IReadOnlyList<Batch> Find(ulong first, ulong last)
    {
        lock (_indexLock)
        {
            var low = 0;
            var high = _batches.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = _batches[middle].Last < first ? (middle + 1, high) : (low, middle);
            }

            var count = 0;
            while (low + count < _batches.Count && _batches[low + count].First <= last)
            {
                count++;
            }

            return _batches.GetRange(low, count);
        }
    }

    /// <summary>The octets of one batch, without its seal.</summary>
    internal byte[] Read(in Batch batch)
    {
        var octets = new byte[batch.Length];
        if (_file.Read(octets, batch.Offset) != octets.Length)
        {
            throw new IOException($"{Name} is shorter than its index: {batch.Length} octets at {batch.Offset} are gone");
        }

        return octets;
    }

    public void Dispose() => _file.Dispose();
}
