using System.Buffers.Binary;
using Metering.Ledger;

namespace Concentrator.Store.Images;

/// <summary>
/// What is noted of a part, beside its octets and synced with them: CRC-32C u32 over the rest | CRC-32C u32 over the octets | from u64 | octets u64. After a power cut a part counts where both
/// checks hold.
/// </summary>
internal readonly record struct PartNote(uint Check, long From, long Octets)
{
    internal void WriteTo(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], Check);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], From);
        BinaryPrimitives.WriteInt64LittleEndian(to[16..], Octets);
        BinaryPrimitives.WriteUInt32LittleEndian(to, Crc32C.Compute(to[4..ImageHead.PartSize]));
    }

    /// <summary>Null where these are no octets of one that lies within an image.</summary>
    internal static PartNote? Parse(ReadOnlySpan<byte> octets, long ofImage)
    {
        var note = new PartNote(BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]), BinaryPrimitives.ReadInt64LittleEndian(octets[8..]), BinaryPrimitives.ReadInt64LittleEndian(octets[16..]));
        return BinaryPrimitives.ReadUInt32LittleEndian(octets) == Crc32C.Compute(octets[4..ImageHead.PartSize]) && note is { From: >= 0, Octets: > 0 } && note.Octets <= ofImage && note.From <= ofImage - note.Octets
            ? note : null;
    }
}
