using System.Buffers.Binary;

namespace Protocols.Dlms.Hdlc;

/// <summary>Writes frames, flags at both ends (IEC 62056-46, 6.4.1).</summary>
public static class HdlcWriter
{
    /// <summary>The longest frame in octets, with both flags.</summary>
    public const int MaxFrame = HdlcFrame.MaxLength + 2;

    /// <summary>Octets the frame takes, with both flags.</summary>
    public static int Length(in HdlcFrame frame) =>
        2 + 2 + frame.Destination.Length + frame.Source.Length + 1 + 2 + (frame.Information.IsEmpty ? 0 : 2 + frame.Information.Length);

    /// <summary>Writes the frame and returns its octets; 0 where it is longer than a frame may be or than the destination.</summary>
    public static int Write(in HdlcFrame frame, Span<byte> destination)
    {
        var total = Length(frame);
        if (total > MaxFrame || total > destination.Length)
        {
            return 0;
        }

        destination[0] = HdlcFrame.Flag;
        var body = destination[1..(total - 1)];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)(0xA000 | (frame.Segmented ? 0x0800 : 0) | body.Length));
        var at = 2;
        at += frame.Destination.Write(body[at..]);
        at += frame.Source.Write(body[at..]);
        body[at++] = frame.Control.Octet;
        var crc = Fcs16.Continue(0xFFFF, body[..at]);
        if (!frame.Information.IsEmpty)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(body[at..], (ushort)~crc);
            frame.Information.Span.CopyTo(body[(at + 2)..]);
            crc = Fcs16.Continue(crc, body[at..^2]);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(body[^2..], (ushort)~crc);
        destination[total - 1] = HdlcFrame.Flag;
        return total;
    }
}
