using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Metering.Ledger;

/// <summary>
/// End of a batch: first sequence u64, count u32, SHA-256 over the previous seal's hash and every octet of the batch's records. A chain from the first segment on:
/// no octet can change without every later hash changing.
/// </summary>
public readonly record struct Seal(ulong FirstSequence, uint Count, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Octets of a seal's payload.</summary>
    public const int Size = 44;

    /// <summary>Octets of a chain hash.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    /// <summary>The hash that the seal of <paramref name="records"/> must carry.</summary>
    public static void ComputeHash(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> records, Span<byte> destination)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(previous);
        hash.AppendData(records);
        hash.GetHashAndReset(destination);
    }

    /// <summary>Writes <see cref="Size"/> octets.</summary>
    public static void Write(Span<byte> destination, ulong firstSequence, uint count, ReadOnlySpan<byte> hash)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, firstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[8..], count);
        hash.CopyTo(destination[12..]);
    }

    /// <summary>Reads a seal's payload. False where its size is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out Seal seal)
    {
        seal = default;
        if (payload.Length != Size)
        {
            return false;
        }

        seal = new Seal(BinaryPrimitives.ReadUInt64LittleEndian(payload), BinaryPrimitives.ReadUInt32LittleEndian(payload[8..]), payload[12..].ToArray());
        return true;
    }
}
