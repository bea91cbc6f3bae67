using System.Buffers;
using System.Buffers.Binary;

namespace Protocols.Dlms.AXdr;

/// <summary>Writes A-XDR.</summary>
public static class AXdrWriter
{
    /// <summary>Octets of a length or a count in its shortest form.</summary>
    public static int LengthOf(int length) => length < 0x80 ? 1 : length <= 0xFF ? 2 : length <= 0xFFFF ? 3 : 5;

    /// <summary>Writes a length or a count in its shortest form; gives its octets.</summary>
    public static int WriteLength(Span<byte> to, int length)
    {
        var size = LengthOf(length);
        switch (size)
        {
            case 1:
                to[0] = (byte)length;
                break;
            case 2:
                (to[1], to[0]) = ((byte)length, 0x81);
                break;
            case 3:
                BinaryPrimitives.WriteUInt16BigEndian(to[1..], (ushort)length);
                to[0] = 0x82;
                break;
            default:
                BinaryPrimitives.WriteInt32BigEndian(to[1..], length);
                to[0] = 0x84;
                break;
        }

        return size;
    }

    /// <summary>A length or a count in its shortest form.</summary>
    public static void WriteLength(IBufferWriter<byte> to, int length) => to.Advance(WriteLength(to.GetSpan(5), length));

    /// <summary>Length and octets.</summary>
    public static void WriteOctets(IBufferWriter<byte> to, ReadOnlySpan<byte> octets)
    {
        WriteLength(to, octets.Length);
        to.Write(octets);
    }
}
