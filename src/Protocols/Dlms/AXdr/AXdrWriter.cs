using System.Buffers;
using System.Buffers.Binary;

namespace Protocols.Dlms.AXdr;

/// <summary>Writes A-XDR.</summary>
public static class AXdrWriter
{
    /// <summary>A length or a count in its shortest form.</summary>
    public static void WriteLength(IBufferWriter<byte> to, int length)
    {
        var octets = to.GetSpan(5);
        var written = 1;
        if (length < 0x80)
        {
            octets[0] = (byte)length;
        }
        else if (length <= 0xFF)
        {
            (octets[0], octets[1], written) = (0x81, (byte)length, 2);
        }
        else if (length <= 0xFFFF)
        {
            octets[0] = 0x82;
            BinaryPrimitives.WriteUInt16BigEndian(octets[1..], (ushort)length);
            written = 3;
        }
        else
        {
            octets[0] = 0x84;
            BinaryPrimitives.WriteInt32BigEndian(octets[1..], length);
            written = 5;
        }

        to.Advance(written);
    }

    /// <summary>Length and octets.</summary>
    public static void WriteOctets(IBufferWriter<byte> to, ReadOnlySpan<byte> octets)
    {
        WriteLength(to, octets.Length);
        to.Write(octets);
    }
}
