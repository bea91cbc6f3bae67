namespace Protocols.Dlms.Hdlc;

/// <summary>
/// A frame of format type 3 (IEC 62056-46, 6.4.1):
/// <code>7E | 1010 S LLLLLLLLLLL | destination | source | control | [HCS | information] | FCS | 7E</code>
/// L counts everything between the flags; HCS covers format to control and is there only with information.
/// </summary>
/// <param name="Destination">Comes first on the wire.</param>
/// <param name="Source">Comes second.</param>
/// <param name="Control">Kind, poll bit and sequence numbers.</param>
/// <param name="Segmented">S: further segments of the same message follow.</param>
/// <param name="Information">Empty where there is none; its memory belongs to whoever made the frame.</param>
public readonly record struct HdlcFrame(
    HdlcAddress Destination, HdlcAddress Source, HdlcControl Control, bool Segmented, ReadOnlyMemory<byte> Information)
{
    /// <summary>The flag around frames.</summary>
    internal const byte Flag = 0x7E;

    /// <summary>The largest L.</summary>
    internal const int MaxLength = 0x7FF;

    /// <summary>The smallest L: format, two addresses of one octet, control, FCS.</summary>
    internal const int MinLength = 2 + 1 + 1 + 1 + 2;
}
