using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>What ACTION of one method and of a list do alike: parameters that go in blocks, and an answer that comes in them (IEC 62056-5-3 clause 6.8).</summary>
public abstract class ActionInBlocks : Procedure
{
    private readonly BlockCollector _answer = new(GetProcedure.MostOctets);
    private BlockCutter _question;
    private InvokeId _id;

    private protected ActionInBlocks()
    {
    }

    /// <inheritdoc/>
    public override bool Changes => true;

    internal override int BlocksBit => Conformance.BlocksWithAction;

    internal sealed override Pdu? Take(Pdu answer)
    {
        switch (answer)
        {
            case ActionResponse.NextPblock next when next.Block == _question.Sent && !_question.IsDone:
                return new ActionRequest.Pblock(_id, _question.Next());
            case ActionResponse.NextPblock next when next.Block < _question.Sent:
                return null; // a late one
            case ActionResponse.Pblock block:
                return Take(block.Block);
            default:
                return TakeWhole(answer);
        }
    }

    /// <summary>Keeps what answers and further blocks are told apart and made by.</summary>
    private protected void Begin(InvokeId id, in BlockCutter parameters) => (_id, _question) = (id, parameters);

    /// <summary>The next block of the parameters.</summary>
    private protected DataBlock NextBlock() => _question.Next();

    /// <summary>Takes an answer that came in one APDU.</summary>
    private protected abstract Pdu? TakeWhole(Pdu answer);

    /// <summary>Takes what the blocks of an answer hold; the reader's fault says where they do not hold it.</summary>
    private protected abstract Pdu? TakeJoined(ref PduReader from);

    private Pdu? Take(DataBlock block)
    {
        switch (_answer.Take(block.Number, block.Last, block.Raw.Span))
        {
            case BlockTaken.Next:
                return new ActionRequest.NextPblock(_id, block.Number);
            case BlockTaken.Repeated:
                return null;
            case BlockTaken.Refused:
                return Fail(_answer.Fault!);
        }

        var from = new PduReader(_answer.Octets);
        return TakeJoined(ref from);
    }
}
