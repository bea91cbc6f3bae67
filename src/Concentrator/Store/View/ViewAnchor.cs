using System.Buffers.Binary;
using Metering.Ledger;

namespace Concentrator.Store.View;

/// <summary>How far the view has come, and in which ledger: stored in every transaction.</summary>
/// <param name="BootId">Boot in which it was written.</param>
/// <param name="Sequence">Everything up to it is in the view; 0 = nothing.</param>
/// <param name="Hash">Chain hash at <paramref name="Sequence"/>; empty where none was known, which nothing fits.</param>
internal sealed record ViewAnchor(ulong BootId, ulong Sequence, ReadOnlyMemory<byte> Hash)
{
    private const int Size = 16 + Seal.HashSize;

    internal byte[] ToOctets()
    {
        var octets = new byte[16 + Hash.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(octets, BootId);
        BinaryPrimitives.WriteUInt64LittleEndian(octets.AsSpan(8), Sequence);
        Hash.CopyTo(octets.AsMemory(16));
        return octets;
    }

    internal static ViewAnchor? TryRead(ReadOnlyMemory<byte> octets) =>
        octets.Length is 16 or Size
            ? new ViewAnchor(BinaryPrimitives.ReadUInt64LittleEndian(octets.Span), BinaryPrimitives.ReadUInt64LittleEndian(octets.Span[8..]), octets[16..])
            : null;
}
