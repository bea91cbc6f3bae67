using System.Buffers;
using System.Buffers.Binary;

namespace Protocols.Dlms.AXdr;

/// <summary>
/// Compact arrays: a type description once, then contents without tags (IEC 62056-5-3 clause 8).
/// <code>13 | type: tag, or 02 count types, or 01 count(u16) type | L octets of contents</code>
/// </summary>
public static class CompactArray
{
    /// <summary>An expansion has one level more than the type of its elements, and must be readable itself.</summary>
    internal const int MostTypeDepth = AXdrReader.MostDepth - 1;

    /// <summary>An expansion may have so many times the octets of the input: a row of nulls takes none inside, tags and counts are written again outside.</summary>
    private const int MostTimes = 16;

    /// <summary>Writes the content of a compact array element as an ordinary array element, tags and all. False where it does not fit its type, or would grow without bound.</summary>
    public static bool TryExpand(ReadOnlySpan<byte> compact, IBufferWriter<byte> to)
    {
        var reader = new AXdrReader(compact);
        if (!TrySkipType(ref reader, MostTypeDepth))
        {
            return false;
        }

        var type = compact[..reader.Position];
        if (!reader.TryLength(out var length) || length != reader.Remaining)
        {
            return false;
        }

        var contents = compact[reader.Position..];
        var count = 0;
        var room = compact.Length * MostTimes;
        for (var left = contents; !left.IsEmpty; count++)
        {
            var before = left.Length;
            if (!TryCopy(type, out _, ref left, null, ref room) || left.Length == before)
            {
                return false; // an element that takes no octet would never end
            }
        }

        to.Write([(byte)AXdrTag.Array]);
        AXdrWriter.WriteLength(to, count);
        for (var left = contents; !left.IsEmpty;)
        {
            TryCopy(type, out _, ref left, to, ref room);
        }

        return true;
    }

    internal static bool TrySkipType(ref AXdrReader reader, int depth)
    {
        if (depth < 0 || !reader.TryOctets(1, out var tag))
        {
            return false;
        }

        switch ((AXdrTag)tag[0])
        {
            case AXdrTag.Array:
                return reader.TryOctets(2, out _) && TrySkipType(ref reader, depth - 1);
            case AXdrTag.Structure:
                if (!reader.TryLength(out var count) || count > reader.Remaining)
                {
                    return false;
                }

                for (var i = 0; i < count; i++)
                {
                    if (!TrySkipType(ref reader, depth - 1))
                    {
                        return false;
                    }
                }

                return true;
            case AXdrTag.CompactArray:
                return false;
            default:
                return AXdrTags.SizeOf(tag[0]) != AXdrTags.Unknown;
        }
    }

    /// <summary>Takes one element of a type out of contents; writes it with tags where there is a writer.</summary>
    private static bool TryCopy(ReadOnlySpan<byte> type, out int typeLength, ref ReadOnlySpan<byte> contents, IBufferWriter<byte>? to, ref int room)
    {
        typeLength = 1;
        room -= to is null ? 2 : 0;
        if (room < 0)
        {
            return false;
        }

        switch ((AXdrTag)type[0])
        {
            case AXdrTag.Array:
                typeLength = 3;
                return TryCopyMany(type, BinaryPrimitives.ReadUInt16BigEndian(type[1..]), same: true, ref typeLength, ref contents, to, ref room);
            case AXdrTag.Structure:
                var reader = new AXdrReader(type[1..]);
                reader.TryLength(out var count);
                typeLength = 1 + reader.Position;
                return TryCopyMany(type, count, same: false, ref typeLength, ref contents, to, ref room);
            default:
                return TryCopyOne(type[0], ref contents, to, ref room);
        }
    }

    private static bool TryCopyMany(ReadOnlySpan<byte> type, int count, bool same, ref int typeLength, ref ReadOnlySpan<byte> contents, IBufferWriter<byte>? to, ref int room)
    {
        if (to is not null)
        {
            to.Write([type[0]]);
            AXdrWriter.WriteLength(to, count);
        }

        var inner = type[typeLength..];
        var length = 0;
        for (var i = 0; i < count; i++)
        {
            if (!TryCopy(inner, out length, ref contents, to, ref room))
            {
                return false;
            }

            inner = same ? inner : inner[length..];
            typeLength += same ? 0 : length;
        }

        typeLength += same ? length : 0;
        return true;
    }

    private static bool TryCopyOne(byte tag, ref ReadOnlySpan<byte> contents, IBufferWriter<byte>? to, ref int room)
    {
        var size = AXdrTags.SizeOf(tag);
        if (size < 0)
        {
            var reader = new AXdrReader(contents);
            if (!reader.TryLength(out var length))
            {
                return false;
            }

            var octets = tag == (byte)AXdrTag.BitString ? (length / 8) + (length % 8 > 0 ? 1 : 0) : length;
            if (!reader.TryOctets(octets, out _))
            {
                return false;
            }

            size = reader.Position;
        }

        room -= to is null ? size : 0;
        if (size > contents.Length || room < 0)
        {
            return false;
        }

        to?.Write([tag]);
        to?.Write(contents[..size]);
        contents = contents[size..];
        return true;
    }
}
