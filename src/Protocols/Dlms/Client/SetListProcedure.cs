using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>SET with list: many attributes and as many values, in one question or the values in blocks (IEC 62056-5-3 clause 6.7).</summary>
public sealed class SetListProcedure(IReadOnlyList<(AttributeDescriptor Attribute, Selection? Access, ReadOnlyMemory<byte> Value)> items) : Procedure
{
    private BlockCutter _blocks;
    private InvokeId _id;

    /// <summary>One data-access-result for each attribute, in the order asked.</summary>
    public IReadOnlyList<byte> Results { get; private set; } = [];

    /// <inheritdoc/>
    public override bool Changes => true;

    internal override int BlocksBit => Conformance.BlocksWithSet;

    internal override Pdu Start(InvokeId id, int longest)
    {
        _id = id;
        var whole = new SetRequest.WithList(id, [.. items.Select(item => (item.Attribute, item.Access))], [.. items.Select(item => item.Value)]);
        if (longest == 0 || whole.ToOctets() is { } octets && octets.Length <= longest)
        {
            return whole;
        }

        var head = new SetRequest.ListFirstDatablock(id, whole.Attributes, default).ToOctets().Length;
        _blocks = new BlockCutter(ValueList.Of(whole.Values), Math.Max(longest - head, 1)); // the descriptors stand in the first APDU, and the values begin beside them
        return new SetRequest.ListFirstDatablock(id, whole.Attributes, _blocks.Next());
    }

    internal override Pdu? Take(Pdu answer)
    {
        switch (answer)
        {
            case SetResponse.WithList list:
                return Take(list.Results);
            case SetResponse.LastDatablockList last:
                return Take(last.Results);
            case SetResponse.LastDatablock { Result: not 0 } refused:
                return Fail($"the list was refused with data-access-result {refused.Result}: {ErrorText.OfDataAccess(refused.Result)}");
            case SetResponse.Datablock taken when taken.Block == _blocks.Sent && !_blocks.IsDone:
                return new SetRequest.WithDatablock(_id, _blocks.Next());
            case SetResponse.Datablock taken when taken.Block < _blocks.Sent:
                return null; // a late one
            default:
                return Strange(answer);
        }
    }

    private Pdu? Take(IReadOnlyList<byte> results)
    {
        Results = results;
        return results.Count == items.Count ? Finish() : Fail($"{results.Count} results came for {items.Count} attributes");
    }
}
