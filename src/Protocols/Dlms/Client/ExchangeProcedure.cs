using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>
/// One APDU of somebody else and its answer: GET, SET or ACTION in any form. The session's own invoke id goes over the wire, the other's comes back; of a long answer each block is an exchange of its own.
/// </summary>
public sealed class ExchangeProcedure : Procedure
{
    private const int InvokeAt = 2;
    private readonly byte[] _question;

    /// <param name="question">A plain APDU, tag first, that <see cref="Refusal"/> has nothing against.</param>
    public ExchangeProcedure(ReadOnlyMemory<byte> question) => _question = question.ToArray();

    /// <summary>The answer, as plain octets.</summary>
    public ReadOnlyMemory<byte> Answer { get; private set; }

    /// <summary>Which APDU answered.</summary>
    public string Answered { get; private set; } = "";

    /// <summary>True where it can change something in the meter.</summary>
    public override bool Changes => _question[0] != (byte)ApduTag.GetRequest;

    /// <summary>Why an APDU cannot be exchanged; null where it can.</summary>
    public static string? Refusal(ReadOnlyMemory<byte> question) => Pdu.Read(question, out var fault) switch
    {
        null => $"the APDU cannot be read: {fault}",
        GetRequest or SetRequest or ActionRequest when (question.Span[InvokeAt] & 0x40) != 0 => null,
        GetRequest or SetRequest or ActionRequest => "the APDU wants no answer; only confirmed services are exchanged",
        var other => $"{other.Name} is not exchanged: GET, SET and ACTION requests are",
    };

    internal override Pdu Start(InvokeId id, int longest)
    {
        var own = _question.ToArray();
        own[InvokeAt] = id.Octet;
        return Pdu.Read(own, out _)!;
    }

    internal override Pdu? Take(Pdu answer)
    {
        var octets = answer.ToOctets();
        octets[InvokeAt] = _question[InvokeAt];
        (Answer, Answered) = (octets, answer.Name);
        return Finish();
    }
}
