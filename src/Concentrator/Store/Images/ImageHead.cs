using System.Buffers.Binary;
using System.Text;
using Metering.Ledger;

namespace Concentrator.Store.Images;

/// <summary>
/// The first sector of an image's file: CRC-32C u32 over the rest | "IMAGE\0\0\1" | octets of the image u64 | number u64 | length of the name u16 | name. Behind it stand the notes of the parts,
/// then the octets.
/// </summary>
/// <param name="Octets">Of the whole image.</param>
/// <param name="Number">Images are numbered as they are begun: the oldest has the lowest.</param>
/// <param name="Name">SHA-256 in hex, or the name of an upload.</param>
internal sealed record ImageHead(int Octets, ulong Number, string Name)
{
    internal const int Size = 512, MostName = 200, PartSize = 24;
    private const int MarkAt = 4, OctetsAt = 12, NumberAt = 20, LengthAt = 28, NameAt = 30;

    /// <summary>Notes of parts, for so many octets one: parts may be small, but not all of them smaller.</summary>
    private const int OctetsOfPart = 512, LeastParts = 64;

    private static ReadOnlySpan<byte> Mark => "IMAGE\0\0\u0001"u8;

    /// <summary>Parts that can be noted.</summary>
    internal int Parts => (Octets / OctetsOfPart) + LeastParts;

    /// <summary>Where the octets begin.</summary>
    internal long ContentAt => Size + (((((long)Parts * PartSize) + Size - 1) / Size) * Size);

    internal static long PartAt(int part) => Size + ((long)part * PartSize);

    internal byte[] ToOctets()
    {
        var to = new byte[Size];
        Mark.CopyTo(to.AsSpan(MarkAt));
        BinaryPrimitives.WriteInt64LittleEndian(to.AsSpan(OctetsAt), Octets);
        BinaryPrimitives.WriteUInt64LittleEndian(to.AsSpan(NumberAt), Number);
        BinaryPrimitives.WriteUInt16LittleEndian(to.AsSpan(LengthAt), (ushort)Encoding.UTF8.GetBytes(Name, to.AsSpan(NameAt)));
        BinaryPrimitives.WriteUInt32LittleEndian(to, Crc32C.Compute(to.AsSpan(MarkAt)));
        return to;
    }

    /// <summary>Null where these are no octets of one.</summary>
    internal static ImageHead? Parse(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(octets) != Crc32C.Compute(octets[MarkAt..Size]) || !octets.Slice(MarkAt, Mark.Length).SequenceEqual(Mark))
        {
            return null;
        }

        var (size, length) = (BinaryPrimitives.ReadInt64LittleEndian(octets[OctetsAt..]), BinaryPrimitives.ReadUInt16LittleEndian(octets[LengthAt..]));
        return size is > 0 and <= int.MaxValue && length <= Size - NameAt
            ? new ImageHead((int)size, BinaryPrimitives.ReadUInt64LittleEndian(octets[NumberAt..]), Encoding.UTF8.GetString(octets.Slice(NameAt, length))) : null;
    }
}
