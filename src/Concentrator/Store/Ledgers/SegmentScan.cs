using System.Buffers.Binary;
using Concentrator.Store.Files;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>One sealed batch in a segment.</summary>
/// <param name="First">Its first sequence.</param>
/// <param name="Last">Its last sequence.</param>
/// <param name="Offset">Where its first record stands in the file.</param>
/// <param name="Length">Octets of its records, the seal not counted.</param>
/// <param name="Hash">The chain hash its seal carries.</param>
internal readonly record struct Batch(ulong First, ulong Last, int Offset, int Length, ReadOnlyMemory<byte> Hash);

/// <summary>What a segment file holds, checked octet by octet.</summary>
/// <param name="Header">Its header; null where the file is no segment.</param>
/// <param name="Batches">Sealed batches whose chain holds, in order.</param>
/// <param name="End">Where the next record would be written.</param>
/// <param name="Leftover">Octets of a batch that never got its seal stand after the end: nobody was told about it, and nothing is written over it.</param>
/// <param name="HighestSequence">The highest sequence seen anywhere in it, damaged part included: the next one must be beyond.</param>
/// <param name="Damage">Why sealed octets cannot be read; null where all can.</param>
internal sealed record SegmentScan(SegmentHeader? Header, IReadOnlyList<Batch> Batches, int End, bool Leftover, ulong HighestSequence, string? Damage)
{
    /// <summary>Hash of the last sealed batch, or of the predecessor where there is none.</summary>
    internal ReadOnlyMemory<byte> FinalHash => Batches.Count > 0 ? Batches[^1].Hash : Header!.PredecessorHash;

    /// <summary>
    /// The same without what was given up: a batch whose sync failed may stand on the disk whole, and the successor says where the chain really went on.
    /// </summary>
    internal SegmentScan EndingWhere(ReadOnlyMemory<byte> successorsPredecessor)
    {
        for (var kept = Batches.Count; kept >= 0; kept--)
        {
            var hash = kept > 0 ? Batches[kept - 1].Hash : Header!.PredecessorHash;
            if (hash.Span.SequenceEqual(successorsPredecessor.Span))
            {
                return this with { Batches = [.. Batches.Take(kept)] };
            }
        }

        return this with { Damage = Damage ?? "its last seal is not the one its successor continues: sealed octets are missing at its end" };
    }

    /// <summary>
    /// Reads a whole segment. A batch without its seal at the end is the tail of a kill. Octets that do not hold although two or more seals of this segment
    /// follow them cannot be one: at most one batch is ever un-synced, so that is damage to data that was acknowledged.
    /// </summary>
    internal static SegmentScan Read(ILedgerFile file)
    {
        var octets = new byte[file.Length];
        var length = file.Read(octets, 0);
        return Read(octets.AsSpan(0, length));
    }

    private static SegmentScan Read(ReadOnlySpan<byte> octets)
    {
        var header = SegmentHeader.TryRead(octets);
        if (header is null)
        {
            return new SegmentScan(null, [], 0, false, 0, "no segment header: the file was never used, or its first 128 octets are damaged");
        }

        var batches = new List<Batch>();
        var previous = header.PredecessorHash;
        var at = SegmentHeader.Size;
        var batchStart = at;
        Span<byte> hash = stackalloc byte[Seal.HashSize];
        while (RecordHeader.TryRead(octets[at..], header.Nonce, out var record, out var payload))
        {
            var next = at + RecordHeader.Size + payload;
            if (record.Type == RecordType.Seal)
            {
                var records = octets[batchStart..at];
                Seal.ComputeHash(previous.Span, records, hash);
                if (!Seal.TryRead(octets.Slice(at + RecordHeader.Size, payload), out var seal) || !hash.SequenceEqual(seal.Hash.Span))
                {
                    break; // a seal of an older tail that was written over
                }

                batches.Add(new Batch(seal.FirstSequence, record.Sequence, batchStart, records.Length, seal.Hash));
                previous = seal.Hash;
                batchStart = next;
            }

            at = next;
        }

        var (seals, highest) = SealsAfter(octets, batchStart, header.Nonce);
        var damage = seals >= 2
            ? $"octets at {at} do not hold although sealed batches follow: the disk changed what was acknowledged"
            : null;
        return new SegmentScan(header, batches, batchStart, at > batchStart || seals > 0, Math.Max(highest, batches.Count > 0 ? batches[^1].Last : 0), damage);
    }

    private static (int Count, ulong Highest) SealsAfter(ReadOnlySpan<byte> octets, int from, uint nonce)
    {
        var seals = 0;
        ulong highest = 0;
        for (var at = from; at + RecordHeader.Size + Seal.Size <= octets.Length; at++)
        {
            if (octets[at] == Seal.Size && octets[at + 9] == (byte)RecordType.Seal && octets[at + 8] == RecordHeader.FormatVersion
                && BinaryPrimitives.ReadUInt32LittleEndian(octets[at..]) == Seal.Size && RecordHeader.TryRead(octets[at..], nonce, out var seal, out _))
            {
                seals++;
                highest = Math.Max(highest, seal.Sequence);
                at += RecordHeader.Size + Seal.Size - 1;
            }
        }

        return (seals, highest);
    }
}
