using System.Buffers.Binary;

namespace Protocols.Usi;

/// <summary>
/// One frame of a modem's universal serial interface: <c>7E | header (2) | payload | check sum | 7E</c>, with 7E and 7D between the flags written as 7D 5E and 7D 5D. The header is the low ten
/// bits of the payload's length and six of the protocol; bit 10 of the length stands in the first payload octet of some protocols.
/// </summary>
/// <param name="Payload">The command first, its highest bit clear where that is a bit of the length. What a framer gives holds until it is asked again.</param>
public readonly record struct UsiFrame(UsiProtocol Protocol, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Payload octets of the longest frame there is.</summary>
    public const int LongestPayload = 2047;

    /// <summary>Octets of header, payload and check sum that fit a stock modem's receiver; it stores what comes without looking, so that a longer frame overwrites its memory.</summary>
    public const int MostToModem = 1024;

    /// <summary>The frame may be sent to a stock modem.</summary>
    public bool FitsModem => HeaderLength + Payload.Length + UsiProtocols.CheckLength(Protocol) <= MostToModem;

    internal const byte Flag = 0x7E, Escape = 0x7D, EscapedFlag = 0x5E, EscapedEscape = 0x5D, LongBit = 0x80;
    internal const int HeaderLength = 2;

    /// <summary>As octets, flags on both ends.</summary>
    /// <exception cref="ArgumentException">No frame of the protocol has so long a payload, or none.</exception>
    public byte[] ToOctets()
    {
        var isLong = UsiProtocols.HasLongLength(Protocol);
        if (Payload.IsEmpty || Payload.Length > (isLong ? LongestPayload : LongestPayload >> 1))
        {
            throw new ArgumentException($"a USI frame of protocol {(byte)Protocol:X2} has 1 to {(isLong ? LongestPayload : LongestPayload >> 1)} octets of payload, not {Payload.Length}");
        }

        var (length, check) = (Payload.Length, UsiProtocols.CheckLength(Protocol));
        Span<byte> plain = stackalloc byte[HeaderLength + length + check];
        (plain[0], plain[1]) = ((byte)(length >> 2), (byte)((length & 3) << 6 | ((byte)Protocol & 0x3F)));
        Payload.Span.CopyTo(plain[HeaderLength..]);
        plain[HeaderLength] |= isLong && length > LongestPayload >> 1 ? LongBit : (byte)0;
        Span<byte> sum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, UsiCheck.Of(Protocol, plain[..^check]));
        sum[(4 - check)..].CopyTo(plain[^check..]);
        return Stuff(plain);
    }

    private static byte[] Stuff(ReadOnlySpan<byte> plain)
    {
        var octets = new byte[2 + plain.Length + plain.Count(Flag) + plain.Count(Escape)];
        var at = 0;
        octets[at++] = Flag;
        foreach (var octet in plain)
        {
            if (octet is Flag or Escape)
            {
                octets[at++] = Escape;
            }

            octets[at++] = octet switch { Flag => EscapedFlag, Escape => EscapedEscape, _ => octet };
        }

        octets[at] = Flag;
        return octets;
    }
}
