using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>ACTION with list: many methods, their parameters and what they return in blocks where they are long (IEC 62056-5-3 clause 6.8).</summary>
/// <param name="items">Methods, each with one Data; null-data for none.</param>
public sealed class ActionListProcedure(IReadOnlyList<(AttributeDescriptor Method, ReadOnlyMemory<byte> Parameters)> items) : Procedure
{
    private readonly BlockCollector _answer = new(GetProcedure.MostOctets);
    private BlockCutter _question;
    private InvokeId _id;

    /// <summary>One result for each method, in the order asked.</summary>
    public IReadOnlyList<ActionResult> Results { get; private set; } = [];

    /// <inheritdoc/>
    public override bool Changes => true;

    internal override int BlocksBit => Conformance.BlocksWithAction;

    internal override Pdu Start(InvokeId id, int longest)
    {
        _id = id;
        var whole = new ActionRequest.WithList(id, [.. items.Select(item => item.Method)], [.. items.Select(item => item.Parameters)]);
        if (longest == 0 || whole.ToOctets().Length <= longest)
        {
            return whole;
        }

        var head = new ActionRequest.ListFirstPblock(id, whole.Methods, default).ToOctets().Length;
        _question = new BlockCutter(ValueList.Of(whole.Parameters), Math.Max(longest - head, 1));
        return new ActionRequest.ListFirstPblock(id, whole.Methods, _question.Next());
    }

    internal override Pdu? Take(Pdu answer)
    {
        switch (answer)
        {
            case ActionResponse.WithList list:
                return Take(list.Results);
            case ActionResponse.Normal { Result.Result: not 0 } refused:
                return Fail($"the list was refused with action-result {refused.Result.Result}");
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
        var results = from.List(ActionResult.Read);
        return from.Fault is { } fault ? Fail($"the blocks hold no list of results: {fault}") : Take(results);
    }

    private Pdu? Take(IReadOnlyList<ActionResult> results)
    {
        Results = results;
        return results.Count == items.Count ? Finish() : Fail($"{results.Count} results came for {items.Count} methods");
    }
}
