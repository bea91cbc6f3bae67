using System.Buffers.Binary;

namespace Protocols.Dlms.Hdlc;

/// <summary>
/// The limits SNRM and UA negotiate, as the side that states them sees them (IEC 62056-46, 6.4.4.4.3):
/// <code>81 80 length | 05 n max-transmit | 06 n max-receive | 07 04 window-transmit | 08 04 window-receive</code>
/// </summary>
/// <param name="MaxTransmit">Longest information field it sends, octets.</param>
/// <param name="MaxReceive">Longest information field it takes, octets.</param>
/// <param name="WindowTransmit">I frames it sends before it wants an answer.</param>
/// <param name="WindowReceive">I frames it takes before it answers.</param>
public readonly record struct HdlcParameters(int MaxTransmit, int MaxReceive, int WindowTransmit, int WindowReceive)
{
    /// <summary>The longest information field there is, octets.</summary>
    public const int MaxInformation = 2030;

    /// <summary>The largest window there is, frames.</summary>
    public const int MaxWindow = 7;

    /// <summary>The most octets <see cref="Write"/> takes.</summary>
    public const int MaxLength = 3 + 4 + 4 + 6 + 6;

    /// <summary>What holds where nothing is stated: 128 octets, one frame.</summary>
    public static HdlcParameters Default { get; } = new(128, 128, 1, 1);

    /// <summary>Whether every value is one the profile allows.</summary>
    public bool IsValid => MaxTransmit is >= 1 and <= MaxInformation && MaxReceive is >= 1 and <= MaxInformation
        && WindowTransmit is >= 1 and <= MaxWindow && WindowReceive is >= 1 and <= MaxWindow;

    /// <summary>Reads the information of an SNRM or UA; empty means the defaults, values beyond the profile's largest are taken as the largest, unknown ones are passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> information, out HdlcParameters parameters)
    {
        parameters = Default;
        if (information.IsEmpty)
        {
            return true;
        }

        if (information.Length < 3 || information[0] != 0x81 || information[1] != 0x80 || information[2] > information.Length - 3)
        {
            return false;
        }

        var rest = information.Slice(3, information[2]);
        while (!rest.IsEmpty)
        {
            if (rest.Length < 2 || rest[1] is < 1 or > 4 || rest[1] > rest.Length - 2)
            {
                return false;
            }

            uint value = 0;
            foreach (var octet in rest.Slice(2, rest[1]))
            {
                value = (value << 8) | octet;
            }

            var octets = (int)Math.Min(value, MaxInformation);
            var frames = (int)Math.Min(value, MaxWindow);
            parameters = rest[0] switch
            {
                0x05 => parameters with { MaxTransmit = octets },
                0x06 => parameters with { MaxReceive = octets },
                0x07 => parameters with { WindowTransmit = frames },
                0x08 => parameters with { WindowReceive = frames },
                _ => parameters,
            };
            rest = rest[(2 + rest[1])..];
        }

        return parameters.IsValid;
    }

    /// <summary>What holds between us and a side that states <paramref name="theirs"/>: nobody sends more than the other takes.</summary>
    public HdlcParameters Agree(in HdlcParameters theirs) => new(
        Math.Min(MaxTransmit, theirs.MaxReceive), Math.Min(MaxReceive, theirs.MaxTransmit),
        Math.Min(WindowTransmit, theirs.WindowReceive), Math.Min(WindowReceive, theirs.WindowTransmit));

    /// <summary>Writes the information field and returns its octets.</summary>
    public int Write(Span<byte> destination)
    {
        destination[0] = 0x81;
        destination[1] = 0x80;
        var at = 3;
        at += WriteOctets(destination[at..], 0x05, MaxTransmit);
        at += WriteOctets(destination[at..], 0x06, MaxReceive);
        at += WriteFrames(destination[at..], 0x07, WindowTransmit);
        at += WriteFrames(destination[at..], 0x08, WindowReceive);
        destination[2] = (byte)(at - 3);
        return at;
    }

    private static int WriteOctets(Span<byte> destination, byte name, int value)
    {
        destination[0] = name;
        if (value <= 0xFF)
        {
            destination[1] = 1;
            destination[2] = (byte)value;
            return 3;
        }

        destination[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)value);
        return 4;
    }

    private static int WriteFrames(Span<byte> destination, byte name, int value)
    {
        destination[0] = name;
        destination[1] = 4;
        BinaryPrimitives.WriteInt32BigEndian(destination[2..], value);
        return 6;
    }
}
