using System.Buffers.Binary;
using Fuzz.Mutation;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Wrapper;
using Protocols.Framing;

namespace Fuzz.Families;

/// <summary>Octets out of a TCP connection that speaks the wrapper. The first octet says in which pieces the rest comes.</summary>
internal static class WrapperFamily
{
    private const int Header = WrapperFrame.HeaderSize;

    internal static Family Framer => new("wrapper", () => [.. DlmsSeeds.Apdus.Take(8).Select(hex => (byte[])[3, .. Wrap(hex), .. Wrap("C401C100120001")])], () => octets =>
    {
        if (octets.IsEmpty)
        {
            return "empty";
        }

        var (whole, frames) = Frames(octets[1..], 0, false);
        var (pieces, _) = Frames(octets[1..], octets.Span[0] & 0x3F, (octets.Span[0] & 0x40) != 0);
        return whole != pieces ? throw new InvalidOperationException("other PDUs come out of pieces than out of the whole") : frames > 0 ? null : "no PDU";
    })
    {
        JudgesParts = true, Generate = DataGenerator.Write, Words = [[0x00, 0x01], [0x00, 0x01, 0x00, 0x01, 0x00, 0x10], .. DlmsFamilies.Tags],
        Straighten = static (Span<byte> octets, ref Random64 random) =>
        {
            if (octets.Length <= 1 + Header)
            {
                return;
            }

            BinaryPrimitives.WriteUInt16BigEndian(octets[1..], 1);
            var length = BinaryPrimitives.ReadUInt16BigEndian(octets[7..]);
            if (length > octets.Length - 1 - Header && random.OneIn(2))
            {
                BinaryPrimitives.WriteUInt16BigEndian(octets[7..], (ushort)(octets.Length - 1 - Header));
            }
        },
    };

    private static byte[] Wrap(string hex)
    {
        var apdu = Convert.FromHexString(hex);
        return [0, 1, 0, 1, 0, 16, (byte)(apdu.Length >> 8), (byte)apdu.Length, .. apdu];
    }

    private static (ulong Hash, int Frames) Frames(ReadOnlyMemory<byte> octets, int size, bool inSegments)
    {
        var framer = new WrapperFramer(1024);
        var (hash, frames) = (14695981039346656037UL, 0);
        Chunks.Feed(octets, size, inSegments, (ref input) =>
        {
            var what = framer.Read(ref input, out var frame, out _);
            if (what == FrameRead.Got)
            {
                frames++;
                hash = (hash ^ frame.Source ^ ((ulong)frame.Destination << 16)) * 1099511628211;
                foreach (var octet in frame.Apdu.Span)
                {
                    hash = (hash ^ octet) * 1099511628211;
                }

                Pdu.Read(frame.Apdu, out _);
                if (DcMessage.Read(frame.Apdu) is { } control && !control.ToOctets().AsSpan().SequenceEqual(frame.Apdu.Span) && control is not DcMessage.NewDevice)
                {
                    throw new InvalidOperationException("a control message is written otherwise than it was read");
                }
            }

            return what;
        }, static () => { });
        return (hash, frames);
    }
}
