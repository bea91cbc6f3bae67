namespace Protocols.Dlms.Hdlc;

/// <summary>The control field (IEC 62056-46, 6.4.3): <c>RRRPSSS0</c> I, <c>RRRP0001</c> RR, <c>RRRP0101</c> RNR, the rest unnumbered; P is the poll or final bit.</summary>
/// <param name="Octet">As on the wire.</param>
public readonly record struct HdlcControl(byte Octet)
{
    private const byte PollBit = 0x10;

    /// <summary>The kind of frame.</summary>
    public HdlcFrameKind Kind => (Octet & 1) == 0
        ? HdlcFrameKind.Information
        : (Octet & 0x0F) switch
        {
            0x01 => HdlcFrameKind.ReceiveReady,
            0x05 => HdlcFrameKind.ReceiveNotReady,
            _ => (Octet & ~PollBit) switch
            {
                0x83 => HdlcFrameKind.SetNormalResponseMode,
                0x43 => HdlcFrameKind.Disconnect,
                0x63 => HdlcFrameKind.UnnumberedAcknowledge,
                0x0F => HdlcFrameKind.DisconnectedMode,
                0x87 => HdlcFrameKind.FrameReject,
                0x03 => HdlcFrameKind.UnnumberedInformation,
                _ => HdlcFrameKind.Unknown,
            },
        };

    /// <summary>Poll (from the client) or final (from the server).</summary>
    public bool Poll => (Octet & PollBit) != 0;

    /// <summary>N(S) of an I frame, 0 to 7.</summary>
    public int SendSequence => (Octet >> 1) & 7;

    /// <summary>N(R) of I, RR and RNR, 0 to 7: the next frame expected.</summary>
    public int ReceiveSequence => Octet >> 5;

    /// <summary>I with N(S) and N(R), each taken modulo 8.</summary>
    public static HdlcControl Information(int sendSequence, int receiveSequence, bool poll) =>
        new((byte)(((receiveSequence & 7) << 5) | (poll ? PollBit : 0) | ((sendSequence & 7) << 1)));

    /// <summary>RR with N(R).</summary>
    public static HdlcControl ReceiveReady(int receiveSequence, bool poll = true) =>
        new((byte)(((receiveSequence & 7) << 5) | (poll ? PollBit : 0) | 0x01));

    /// <summary>RNR with N(R).</summary>
    public static HdlcControl ReceiveNotReady(int receiveSequence, bool poll = true) =>
        new((byte)(((receiveSequence & 7) << 5) | (poll ? PollBit : 0) | 0x05));

    /// <summary>SNRM with P.</summary>
    public static HdlcControl SetNormalResponseMode { get; } = new(0x93);

    /// <summary>DISC with P.</summary>
    public static HdlcControl Disconnect { get; } = new(0x53);

    /// <summary>UA with F.</summary>
    public static HdlcControl UnnumberedAcknowledge { get; } = new(0x73);

    /// <summary>DM with F.</summary>
    public static HdlcControl DisconnectedMode { get; } = new(0x1F);

    /// <summary>FRMR with F.</summary>
    public static HdlcControl FrameReject { get; } = new(0x97);

    /// <summary>UI without P: no answer is wanted.</summary>
    public static HdlcControl UnnumberedInformation { get; } = new(0x03);
}
