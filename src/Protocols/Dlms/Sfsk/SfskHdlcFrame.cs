namespace Protocols.Dlms.Sfsk;

/// <summary>
/// A MAC frame of S-FSK with the HDLC LLC (IEC 61334-4-1, 62056-46):
/// <code>number of sub-frames u16 | credits | source 12 bits, destination 12 bits | pad length | HDLC frame with its flags | zeros | FCS24</code>
/// All of it is a multiple of 36 octets.
/// </summary>
/// <param name="Credits">Initial, current and delta credit of the repetition.</param>
/// <param name="Source">MAC address, see <see cref="SfskAddress"/>.</param>
/// <param name="Destination">MAC address.</param>
/// <param name="Hdlc">HDLC frames with their flags.</param>
public readonly record struct SfskHdlcFrame(byte Credits, ushort Source, ushort Destination, ReadOnlyMemory<byte> Hdlc)
{
    /// <summary>The longest frame, octets.</summary>
    public const int Longest = 7 * SubFrame;

    internal const int SubFrame = 36, Check = 3, Header = 7;

    /// <summary>How one to seven sub-frames are told; far enough from each other that a noisy line does not change one into another. Three and more are not pinned by a vector.</summary>
    private static readonly ushort[] Codes = [0x6C6C, 0x3A3A, 0x5656, 0x7171, 0x1D1D, 0x4B4B, 0x2727];

    /// <summary>Octets the frame takes.</summary>
    public int Length => (Header + Hdlc.Length + Check + SubFrame - 1) / SubFrame * SubFrame;

    /// <summary>Sub-frames a code stands for; 0 for none.</summary>
    internal static int SubFramesOf(int code) => Array.IndexOf(Codes, (ushort)code) + 1;

    /// <summary>Reads one frame that fills the octets; false where its lengths, zeros or check do not hold.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> memory, out SfskHdlcFrame frame)
    {
        frame = default;
        var octets = memory.Span;
        if (octets.Length < SubFrame || SubFramesOf((octets[0] << 8) | octets[1]) * SubFrame != octets.Length || Header + octets[6] + Check > octets.Length)
        {
            return false;
        }

        var padded = octets.Length - Check;
        var end = padded - octets[6];
        var check = (uint)((octets[padded] << 16) | (octets[padded + 1] << 8) | octets[padded + 2]);
        if (octets[end..padded].ContainsAnyExcept((byte)0) || Fcs24.Compute(octets[2..padded]) != check)
        {
            return false;
        }

        var (source, destination) = SfskAddress.Read(octets[3..]);
        frame = new SfskHdlcFrame(octets[2], source, destination, memory[Header..end]);
        return true;
    }

    /// <summary>Writes it to the front of <paramref name="to"/>; gives how many octets it takes.</summary>
    public int WriteTo(Span<byte> to)
    {
        var length = Length;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Longest, nameof(Hdlc));
        var code = Codes[(length / SubFrame) - 1];
        (to[0], to[1], to[2]) = ((byte)(code >> 8), (byte)code, Credits);
        SfskAddress.Write(to[3..], Source, Destination);
        to[6] = (byte)(length - Header - Hdlc.Length - Check);
        Hdlc.Span.CopyTo(to[Header..]);
        to[(Header + Hdlc.Length)..(length - Check)].Clear();
        var check = Fcs24.Compute(to[2..(length - Check)]);
        (to[length - 3], to[length - 2], to[length - 1]) = ((byte)(check >> 16), (byte)(check >> 8), (byte)check);
        return length;
    }
}
