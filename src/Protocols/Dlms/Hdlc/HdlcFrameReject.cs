namespace Protocols.Dlms.Hdlc;

/// <summary>
/// The information of FRMR (ISO/IEC 13239, 5.5.3.4.2; IEC 62056-46, 6.4.3.10): <code>rejected control | RRR c SSS 0 | 0000 Z Y X W</code>
/// SSS and RRR are the sender's own V(S) and V(R), c is set where the rejected frame was a response.
/// </summary>
/// <param name="Rejected">The control field that was rejected.</param>
/// <param name="SendState">V(S) of who rejects.</param>
/// <param name="ReceiveState">V(R) of who rejects.</param>
/// <param name="Reasons">W 1 undefined control, X 2 information where none belongs, Y 4 longer than agreed, Z 8 N(R) of nothing that was sent.</param>
public readonly record struct HdlcFrameReject(HdlcControl Rejected, int SendState, int ReceiveState, byte Reasons)
{
    /// <summary>Octets of the field.</summary>
    public const int Length = 3;

    /// <summary>Reads the field; false where it is shorter. Meters leave it out.</summary>
    public static bool TryParse(ReadOnlySpan<byte> information, out HdlcFrameReject reject)
    {
        reject = information.Length < Length ? default : new HdlcFrameReject(new HdlcControl(information[0]), (information[1] >> 1) & 7, information[1] >> 5, (byte)(information[2] & 0x0F));
        return information.Length >= Length;
    }

    /// <summary>Writes the field and returns its octets.</summary>
    public int Write(Span<byte> destination)
    {
        (destination[0], destination[1], destination[2]) = (Rejected.Octet, (byte)((ReceiveState << 5) | (SendState << 1)), Reasons);
        return Length;
    }

    /// <summary>What it says, in words.</summary>
    public override string ToString()
    {
        string[] words = ["undefined control field", "information where none belongs", "information longer than agreed", "acknowledges what was never sent"];
        var reasons = Reasons;
        var told = words.Where((_, bit) => (reasons >> bit & 1) != 0).ToArray();
        return $"{Rejected.Kind} with control {Rejected.Octet:X2}: {(told.Length == 0 ? "no reason given" : string.Join(", ", told))}";
    }
}
