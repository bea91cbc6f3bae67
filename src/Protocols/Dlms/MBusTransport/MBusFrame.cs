namespace Protocols.Dlms.MBusTransport;

/// <summary>
/// One long frame of wired M-Bus that carries a segment of a DLMS APDU (EN 13757-2 clause 5, EN 13757-3 transport CI 00 to 1F):
/// <code>68 | L | L | 68 | C | A | CI | source SAP | destination SAP | segment | CS | 16</code>
/// L counts C to the end of the segment, CS is their sum modulo 256. CI: bits 0 to 3 number the segments from 0, bit 4 marks the last.
/// </summary>
/// <param name="Control">C: 53 SND-UD, as meters that push by themselves write it.</param>
/// <param name="Address">A: FF broadcast.</param>
/// <param name="Number">Number of the segment, 0 to 15.</param>
/// <param name="IsLast">The message ends with it.</param>
/// <param name="Source">SAP of who speaks.</param>
/// <param name="Destination">SAP of who is spoken to.</param>
/// <param name="Segment">Its memory belongs to whoever made the frame.</param>
public readonly record struct MBusFrame(byte Control, byte Address, int Number, bool IsLast, byte Source, byte Destination, ReadOnlyMemory<byte> Segment)
{
    /// <summary>The most octets of a segment.</summary>
    public const int LongestSegment = 0xFF - InsideHeader;

    /// <summary>The longest frame in octets.</summary>
    public const int Longest = 0xFF + Around;

    internal const byte Start = 0x68, Stop = 0x16, LastBit = 0x10, NumberMask = 0x0F;
    internal const int Header = 4, InsideHeader = 5, Trailer = 2, Around = Header + Trailer;

    /// <summary>Octets the frame takes.</summary>
    public int Length => Around + InsideHeader + Segment.Length;

    /// <summary>Writes it to the front of <paramref name="to"/>; gives how many octets it takes.</summary>
    public int WriteTo(Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Segment.Length, LongestSegment, nameof(Segment));
        var inside = InsideHeader + Segment.Length;
        (to[0], to[1], to[2], to[3]) = (Start, (byte)inside, (byte)inside, Start);
        (to[4], to[5], to[6]) = (Control, Address, (byte)((Number & NumberMask) | (IsLast ? LastBit : 0)));
        (to[7], to[8]) = (Source, Destination);
        Segment.Span.CopyTo(to[9..]);
        (to[Header + inside], to[Header + inside + 1]) = (Sum(to.Slice(Header, inside)), Stop);
        return Around + inside;
    }

    internal static byte Sum(ReadOnlySpan<byte> octets)
    {
        byte sum = 0;
        foreach (var octet in octets)
        {
            sum += octet;
        }

        return sum;
    }
}
