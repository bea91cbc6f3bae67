using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>ACTION: one method, its parameters and its answer in blocks where they are long (IEC 62056-5-3 clause 6.8).</summary>
/// <param name="parameters">One Data, or null for none.</param>
public sealed class ActionProcedure(AttributeDescriptor method, ReadOnlyMemory<byte>? parameters) : Procedure
{
    private readonly BlockCollector _answer = new(GetProcedure.MostOctets);
    private BlockCutter _question;
    private InvokeId _id;

    /// <summary>Action-result and what the method returned.</summary>
    public ActionResult Result { get; private set; }

    /// <inheritdoc/>
    public override bool Changes => true;

    internal override int BlocksBit => Conformance.BlocksWithAction;

    internal override Pdu Start(InvokeId id, int longest)
    {
        _id = id;
        _question = new BlockCutter(parameters ?? default, longest);
        return _question.FitsWhole ? new ActionRequest.Normal(id, method, parameters) : new ActionRequest.FirstPblock(id, method, _question.Next());
    }

    internal override Pdu? Take(Pdu answer)
    {
        switch (answer)
        {
            case ActionResponse.Normal normal:
                Result = normal.Result;
                return Finish();
            case ActionResponse.NextPblock next when next.Block == _question.Sent && !_question.IsDone:
                return new ActionRequest.Pblock(_id, _question.Next());
            case ActionResponse.NextPblock next when next.Block < _question.Sent:
                return null; // a late one
            case ActionResponse.Pblock block:
                return Take(block.Block);
            default:
                return Strange(answer);
        }
    }

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
        Result = ActionResult.Read(ref from);
        return from.Fault is { } fault ? Fail($"the blocks hold no result: {fault}") : Finish();
    }
}
