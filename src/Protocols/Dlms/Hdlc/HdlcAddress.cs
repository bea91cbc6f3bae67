namespace Protocols.Dlms.Hdlc;

/// <summary>
/// An HDLC address (IEC 62056-46, 6.4.2.2): seven bits an octet, the last octet odd. One octet holds the upper part only, two hold
/// upper and lower of seven bits, four hold both of fourteen. The upper part names the logical device, the lower the physical one. Of three octets, which the profile does not have and
/// some who push write all the same, the first is the upper part.
/// </summary>
/// <param name="Upper">Client, or logical device.</param>
/// <param name="Lower">Physical device; 0 where the address has one octet.</param>
/// <param name="Length">Octets on the wire: 1, 2 or 4; 3 is read only.</param>
public readonly record struct HdlcAddress(ushort Upper, ushort Lower, byte Length)
{
    /// <summary>The longest address in octets.</summary>
    public const int MaxLength = 4;

    /// <summary>Every logical device, or every client (all-station).</summary>
    public bool IsAllStation => Upper == (Length == MaxLength ? 0x3FFF : 0x7F);

    /// <summary>Every physical device (broadcast).</summary>
    public bool IsBroadcast => Length > 1 && Lower == (Length == 2 ? 0x7F : 0x3FFF);

    /// <summary>The device that calls, whichever it is: a meter on a line of its own takes it for itself.</summary>
    public bool IsCalling => Length > 1 && Lower == (Length == 2 ? 0x7E : 0x3FFE);

    /// <summary>A client's address, or a server's of one octet; 0 to 127.</summary>
    public static HdlcAddress Of(int upper)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)upper, 0x7Fu, nameof(upper));
        return new HdlcAddress((ushort)upper, 0, 1);
    }

    /// <summary>A server's address with a lower part, in two octets where both parts fit, else in four; 0 to 16383.</summary>
    public static HdlcAddress Of(int upper, int lower)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)upper, 0x3FFFu, nameof(upper));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)lower, 0x3FFFu, nameof(lower));
        return new HdlcAddress((ushort)upper, (ushort)lower, (byte)(upper <= 0x7F && lower <= 0x7F ? 2 : 4));
    }

    /// <summary>Reads the address at the front of the octets; false where none ends after 1 to 4 of them.</summary>
    public static bool TryParse(ReadOnlySpan<byte> octets, out HdlcAddress address)
    {
        address = default;
        var length = 1;
        while (length <= octets.Length && (octets[length - 1] & 1) == 0)
        {
            length++;
        }

        if (length > octets.Length || length > MaxLength)
        {
            return false;
        }

        address = length switch
        {
            1 => new HdlcAddress((ushort)(octets[0] >> 1), 0, 1),
            2 => new HdlcAddress((ushort)(octets[0] >> 1), (ushort)(octets[1] >> 1), 2),
            3 => new HdlcAddress((ushort)(octets[0] >> 1), Fourteen(octets[1..]), 3),
            _ => new HdlcAddress(Fourteen(octets), Fourteen(octets[2..]), 4),
        };
        return true;
    }

    /// <summary>Writes <see cref="Length"/> octets and returns that number.</summary>
    public int Write(Span<byte> destination)
    {
        switch (Length)
        {
            case 1:
                destination[0] = (byte)((Upper << 1) | 1);
                break;
            case 2:
                destination[1] = (byte)((Lower << 1) | 1);
                destination[0] = (byte)(Upper << 1);
                break;
            case 3:
                destination[2] = (byte)((Lower << 1) | 1);
                destination[1] = (byte)((Lower >> 7) << 1);
                destination[0] = (byte)(Upper << 1);
                break;
            default:
                destination[3] = (byte)((Lower << 1) | 1);
                destination[2] = (byte)((Lower >> 7) << 1);
                destination[1] = (byte)(Upper << 1);
                destination[0] = (byte)((Upper >> 7) << 1);
                break;
        }

        return Length;
    }

    private static ushort Fourteen(ReadOnlySpan<byte> octets) => (ushort)(((octets[0] >> 1) << 7) | (octets[1] >> 1));
}
