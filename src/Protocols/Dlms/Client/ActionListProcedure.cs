using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>ACTION with list: many methods, their parameters and what they return in blocks where they are long (IEC 62056-5-3 clause 6.8).</summary>
/// <param name="items">Methods, each with one Data; null-data for none.</param>
public sealed class ActionListProcedure(IReadOnlyList<(AttributeDescriptor Method, ReadOnlyMemory<byte> Parameters)> items) : ActionInBlocks
{
    /// <summary>One result for each method, in the order asked.</summary>
    public IReadOnlyList<ActionResult> Results { get; private set; } = [];

    internal override Pdu Start(InvokeId id, int longest)
    {
        var whole = new ActionRequest.WithList(id, [.. items.Select(item => item.Method)], [.. items.Select(item => item.Parameters)]);
        if (longest == 0 || whole.ToOctets().Length <= longest)
        {
            Begin(id, default);
            return whole;
        }

        var head = new ActionRequest.ListFirstPblock(id, whole.Methods, default).ToOctets().Length;
        Begin(id, new BlockCutter(ValueList.Of(whole.Parameters), Math.Max(longest - head, 1)));
        return new ActionRequest.ListFirstPblock(id, whole.Methods, NextBlock());
    }

    private protected override Pdu? TakeWhole(Pdu answer) => answer switch
    {
        ActionResponse.WithList list => Take(list.Results),
        ActionResponse.Normal { Result.Result: not 0 } refused => Fail($"the list was refused with action-result {refused.Result.Result}"),
        _ => Strange(answer),
    };

    private protected override Pdu? TakeJoined(ref PduReader from)
    {
        var results = from.List(ActionResult.Read);
        return from.Fault is { } fault ? Fail($"the blocks hold no list of results: {fault}") : Take(results);
    }

    private Pdu? Take(IReadOnlyList<ActionResult> results)
    {
        Results = results;
        return results.Count == items.Count ? Finish() : Fail($"{results.Count} results came for {items.Count} methods");
    }
}
