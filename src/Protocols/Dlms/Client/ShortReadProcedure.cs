using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>Read of variables by their short names, with parameters where wanted; a long answer comes in blocks (IEC 62056-5-3 clause 6, short name referencing).</summary>
public sealed class ShortReadProcedure(IReadOnlyList<(ushort Variable, Selection? Access)> variables) : Procedure
{
    private const byte Plain = 2, Parameterised = 4, BlockNumber = 5, Data = 0, Block = 2;
    private BlockCollector _blocks = new(GetProcedure.MostOctets);

    /// <summary>One result for each variable, in the order asked.</summary>
    public IReadOnlyList<DataResult> Results { get; private set; } = [];

    internal override Pdu Start(InvokeId id, int longest)
    {
        _blocks = new BlockCollector(GetProcedure.MostOctets);
        return new ReadRequest([.. variables.Select(one => new VariableAccess(one.Access is null ? Plain : Parameterised, one.Variable, one.Access, default))]);
    }

    internal override Pdu? Take(Pdu answer) => answer switch
    {
        ReadResponse { Results: [{ Choice: Block } block] } => Take(block.Block),
        ReadResponse response => Take(response.Results),
        _ => Strange(answer),
    };

    private Pdu? Take(in DataBlock block)
    {
        switch (_blocks.Take(block.Number, block.Last, block.Raw.Span))
        {
            case BlockTaken.Next:
                return new ReadRequest([new VariableAccess(BlockNumber, (ushort)block.Number, null, default)]);
            case BlockTaken.Repeated:
                return null;
            case BlockTaken.Refused:
                return Fail(_blocks.Fault!);
        }

        var from = new PduReader(_blocks.Octets);
        var results = from.List(ReadResult.Read);
        return from.Fault is { } fault ? Fail($"the blocks hold no list of results: {fault}") : Take(results);
    }

    private Pdu? Take(IReadOnlyList<ReadResult> results)
    {
        if (results.Count != variables.Count || results.Any(one => one.Choice > 1))
        {
            return Fail($"{results.Count} results came for {variables.Count} variables");
        }

        Results = [.. results.Select(one => one.Choice == Data ? new DataResult(one.Data, null) : new DataResult(default, one.Error))];
        return Finish();
    }
}
