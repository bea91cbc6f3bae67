using System.Buffers;
using System.Buffers.Binary;
using Protocols.Framing;

namespace Protocols.Dlms.Wrapper;

/// <summary>One wrapper PDU.</summary>
/// <param name="Source">wPort of who speaks: a client SAP or a logical device.</param>
/// <param name="Destination">wPort of who is spoken to.</param>
/// <param name="Apdu">What it carries.</param>
public readonly record struct WrapperFrame(ushort Source, ushort Destination, ReadOnlyMemory<byte> Apdu)
{
    /// <summary>Octets in front of the APDU.</summary>
    public const int HeaderSize = 8;

    /// <summary>As octets of their own.</summary>
    public byte[] ToOctets()
    {
        var octets = new byte[HeaderSize + Apdu.Length];
        WriteTo(octets);
        return octets;
    }

    /// <summary>Writes it to the front of <paramref name="to"/>; gives how many octets it takes.</summary>
    public int WriteTo(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, WrapperFramer.Version);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], Source);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], Destination);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)Apdu.Length);
        Apdu.Span.CopyTo(to[HeaderSize..]);
        return HeaderSize + Apdu.Length;
    }
}

/// <summary>
/// Cuts a TCP stream into wrapper PDUs (IEC 62056-47): <code>0001 | source u16 | destination u16 | length u16 | APDU</code>
/// A stream has no place to find its way back after damage: what is no header is passed over octet by octet and told, and the link had better be closed.
/// </summary>
/// <param name="longest">The longest APDU that is waited for; from the negotiated PDU size.</param>
public sealed class WrapperFramer(int longest)
{
    internal const ushort Version = 1;

    /// <summary>Takes the next PDU, or rubbish, from the front of <paramref name="input"/>. The APDU is a copy.</summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out WrapperFrame frame, out FrameFault fault)
    {
        (frame, fault) = (default, FrameFault.None);
        if (input.Length < WrapperFrame.HeaderSize)
        {
            return FrameRead.NeedMore;
        }

        Span<byte> header = stackalloc byte[WrapperFrame.HeaderSize];
        input.Slice(0, WrapperFrame.HeaderSize).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        if (BinaryPrimitives.ReadUInt16BigEndian(header) != Version || length == 0 || length > longest)
        {
            input = input.Slice(1);
            fault = FrameFault.BadHeader;
            return FrameRead.Skipped;
        }

        if (input.Length < WrapperFrame.HeaderSize + length)
        {
            return FrameRead.NeedMore;
        }

        frame = new WrapperFrame(BinaryPrimitives.ReadUInt16BigEndian(header[2..]), BinaryPrimitives.ReadUInt16BigEndian(header[4..]), input.Slice(WrapperFrame.HeaderSize, length).ToArray());
        input = input.Slice(WrapperFrame.HeaderSize + length);
        return FrameRead.Got;
    }
}
