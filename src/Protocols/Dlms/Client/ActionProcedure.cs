using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>ACTION: one method, its parameters and its answer in blocks where they are long (IEC 62056-5-3 clause 6.8).</summary>
/// <param name="parameters">One Data, or null for none.</param>
public sealed class ActionProcedure(AttributeDescriptor method, ReadOnlyMemory<byte>? parameters) : ActionInBlocks
{
    /// <summary>Action-result and what the method returned.</summary>
    public ActionResult Result { get; private set; }

    internal override Pdu Start(InvokeId id, int longest)
    {
        var question = new BlockCutter(parameters ?? default, longest);
        Begin(id, question);
        return question.FitsWhole ? new ActionRequest.Normal(id, method, parameters) : new ActionRequest.FirstPblock(id, method, NextBlock());
    }

    private protected override Pdu? TakeWhole(Pdu answer)
    {
        if (answer is not ActionResponse.Normal normal)
        {
            return Strange(answer);
        }

        Result = normal.Result;
        return Finish();
    }

    private protected override Pdu? TakeJoined(ref PduReader from)
    {
        Result = ActionResult.Read(ref from);
        return from.Fault is { } fault ? Fail($"the blocks hold no result: {fault}") : Finish();
    }
}
