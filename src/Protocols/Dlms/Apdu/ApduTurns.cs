namespace Protocols.Dlms.Apdu;

/// <summary>Whose turn it is after an APDU, as far as somebody can tell who passes it on and cannot read what is ciphered in it.</summary>
public static class ApduTurns
{
    private const int LastAndStreaming = 0xC0, StreamingAlone = 0x40;

    /// <summary>After a question: no answer comes before more was said. A block of a window that is not its last, or a confirmation.</summary>
    /// <remarks>Clients of several makers leave out the bit for confirmed services and are answered all the same: it tells nothing.</remarks>
    public static bool IsSilent(ReadOnlySpan<byte> question) => IsMidWindow(question) || (!question.IsEmpty && question[0] == (byte)ApduTag.DataNotificationConfirm);

    /// <summary>After an answer: another one follows by itself. A block of a window that is not its last, or something the other side said unasked.</summary>
    public static bool IsFollowed(ReadOnlySpan<byte> answer) => IsMidWindow(answer) || (!answer.IsEmpty && answer[0] is (byte)ApduTag.DataNotification or (byte)ApduTag.EventNotification);

    /// <summary>The association is over with this answer.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> answer) => !answer.IsEmpty && answer[0] == (byte)ApduTag.ReleaseResponse;

    private static bool IsMidWindow(ReadOnlySpan<byte> apdu) => apdu is [(byte)ApduTag.GeneralBlockTransfer, var control, ..] && (control & LastAndStreaming) == StreamingAlone;
}
