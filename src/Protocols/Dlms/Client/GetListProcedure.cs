using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>GET with list: many attributes in one question (conformance bit 14), in one answer or in blocks.</summary>
public sealed class GetListProcedure(IReadOnlyList<(AttributeDescriptor Attribute, Selection? Access)> attributes) : Procedure
{
    private BlockCollector _blocks = new(GetProcedure.MostOctets);
    private InvokeId _id;

    /// <summary>What is read.</summary>
    public IReadOnlyList<(AttributeDescriptor Attribute, Selection? Access)> Attributes => attributes;

    /// <summary>One result for each attribute, in the order asked.</summary>
    public IReadOnlyList<DataResult> Results { get; private set; } = [];

    internal override Pdu Start(InvokeId id, int longest)
    {
        _id = id;
        _blocks = new BlockCollector(GetProcedure.MostOctets);
        return new GetRequest.WithList(id, attributes);
    }

    internal override Pdu? Take(Pdu answer)
    {
        switch (answer)
        {
            case GetResponse.WithList list:
                return Take(list.Results);
            case GetResponse.WithDatablock { Error: { } error }:
                return Fail($"the list was refused with data-access-result {error}");
            case GetResponse.WithDatablock block:
                return Take(block);
            default:
                return Strange(answer);
        }
    }

    private Pdu? Take(GetResponse.WithDatablock block)
    {
        switch (_blocks.Take(block.Block, block.Last, block.Raw.Span))
        {
            case BlockTaken.Next:
                return new GetRequest.Next(_id, block.Block);
            case BlockTaken.Repeated:
                return null;
            case BlockTaken.Refused:
                return Fail(_blocks.Fault!);
        }

        var from = new PduReader(_blocks.Octets);
        var results = from.List(DataResult.Read);
        return from.Fault is { } fault ? Fail($"the blocks hold no list of results: {fault}") : Take(results);
    }

    private Pdu? Take(IReadOnlyList<DataResult> results)
    {
        if (results.Count != attributes.Count)
        {
            return Fail($"{results.Count} results came for {attributes.Count} attributes");
        }

        Results = results;
        return Finish();
    }
}
