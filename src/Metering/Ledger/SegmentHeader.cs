using System.Buffers.Binary;

namespace Metering.Ledger;

/// <summary>Which of the two logs; numbers are the ledger format.</summary>
public enum LogKind : byte
{
    /// <summary>Registry, keys, counters, orders, audit: small, never dropped.</summary>
    Books = 1,
    /// <summary>Telegrams, profiles, events, gaps: dropped by whole oldest segments.</summary>
    Bulk = 2,
}

/// <summary>
/// First octets of a segment file, little-endian:
/// <code>
/// 0 "CLEDGER1" | 8 log u8, 7 reserved | 16 number u64 | 24 nonce u32 | 28 reserved u32 | 32 first sequence u64 | 40 predecessor's final hash 32 | 72 CRC-32C u32 over 0..71
/// </code>
/// The nonce seeds every CRC in the segment: what an earlier life of a recycled file left behind can never be read as this one's.
/// </summary>
public sealed record SegmentHeader(LogKind Log, ulong Number, uint Nonce, ulong FirstSequence, ReadOnlyMemory<byte> PredecessorHash)
{
    /// <summary>Octets the header takes in the file; records start here.</summary>
    public const int Size = 128;

    private static ReadOnlySpan<byte> Magic => "CLEDGER1"u8;

    /// <summary>Writes <see cref="Size"/> octets.</summary>
    public void Write(Span<byte> destination)
    {
        destination[..Size].Clear();
        Magic.CopyTo(destination);
        destination[8] = (byte)Log;
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Nonce);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[32..], FirstSequence);
        PredecessorHash.Span.CopyTo(destination[40..72]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[72..], Crc32C.Compute(destination[..72]));
    }

    /// <summary>Null where the octets are no segment header.</summary>
    public static SegmentHeader? TryRead(ReadOnlySpan<byte> source) =>
        source.Length >= Size && source.StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(source[72..]) == Crc32C.Compute(source[..72])
            ? new SegmentHeader(
                (LogKind)source[8], BinaryPrimitives.ReadUInt64LittleEndian(source[16..]), BinaryPrimitives.ReadUInt32LittleEndian(source[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(source[32..]), source[40..72].ToArray())
            : null;
}
