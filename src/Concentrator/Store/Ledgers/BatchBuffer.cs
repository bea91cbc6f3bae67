using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>The records of one batch for one log, laid out as they will stand in the file; sealed when it is known where.</summary>
internal sealed class BatchBuffer
{
    internal const int SealOctets = RecordHeader.Size + Seal.Size;

    private readonly List<(ulong Sequence, NewRecord Record)> _records = [];
    private byte[] _octets = [];

    internal bool IsEmpty => _records.Count == 0;

    internal int SealedLength { get; private set; } = SealOctets;

    internal ulong First => _records[0].Sequence;

    internal ulong Last => _records[^1].Sequence;

    internal void Clear()
    {
        _records.Clear();
        SealedLength = SealOctets;
    }

    internal void Add(ulong sequence, NewRecord record)
    {
        _records.Add((sequence, record));
        SealedLength += RecordHeader.Size + record.Payload.Length;
    }

    /// <summary>Gives the records new sequences, for a segment that begins later; gives the next one to hand out.</summary>
    internal ulong Renumber(ulong first)
    {
        for (var i = 0; i < _records.Count; i++)
        {
            _records[i] = (first++, _records[i].Record);
        }

        return first;
    }

    /// <summary>Lays the batch out for one segment: its nonce seeds every CRC, its chain continues in the seal.</summary>
    internal ReadOnlySpan<byte> LayOut(uint nonce, ReadOnlySpan<byte> previousHash, int offset, out Batch batch)
    {
        if (_octets.Length < SealedLength)
        {
            _octets = new byte[Math.Max(SealedLength, 64 * 1024)];
        }

        var at = 0;
        BoxTime time = default;
        foreach (var (sequence, record) in _records)
        {
            new RecordHeader(record.Type, record.Class, 0, sequence, record.Time).Write(_octets.AsSpan(at), record.Payload.Span, nonce);
            at += RecordHeader.Size + record.Payload.Length;
            time = record.Time;
        }

        var hash = new byte[Seal.HashSize];
        Seal.ComputeHash(previousHash, _octets.AsSpan(0, at), hash);
        Span<byte> seal = stackalloc byte[Seal.Size];
        Seal.Write(seal, First, (uint)_records.Count, hash);
        new RecordHeader(RecordType.Seal, RecordClass.None, 0, Last, time).Write(_octets.AsSpan(at), seal, nonce);
        batch = new Batch(First, Last, offset, at, hash);
        return _octets.AsSpan(0, SealedLength);
    }
}
