using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>GET of one attribute, in one answer or in blocks (IEC 62056-5-3 clause 6.6).</summary>
/// <param name="attribute">Which.</param>
/// <param name="access">Selective access, or null for the whole.</param>
/// <param name="mostOctets">A longer answer is refused.</param>
public sealed class GetProcedure(AttributeDescriptor attribute, Selection? access = null, int mostOctets = GetProcedure.MostOctets) : Procedure
{
    /// <summary>4 MiB: a year of quarter hours in one answer.</summary>
    public const int MostOctets = 4 * 1024 * 1024;

    private BlockCollector _blocks = new(mostOctets);
    private InvokeId _id;

    /// <summary>What is read.</summary>
    public AttributeDescriptor Attribute => attribute;

    internal override int LongestAnswer => mostOctets;

    /// <summary>The data, or the meter's data-access-result.</summary>
    public DataResult Result { get; private set; }

    internal override Pdu Start(InvokeId id, int longest)
    {
        _id = id;
        _blocks = new BlockCollector(mostOctets);
        return new GetRequest.Normal(id, attribute, access);
    }

    internal override Pdu? Take(Pdu answer)
    {
        switch (answer)
        {
            case GetResponse.Normal normal:
                Result = normal.Result;
                return Finish();
            case GetResponse.WithDatablock { Error: { } error }:
                Result = new DataResult(default, error);
                return Finish();
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
            case BlockTaken.Whole:
                Result = new DataResult(_blocks.Octets, null);
                return Finish();
            case BlockTaken.Repeated:
                return null;
            default:
                return Fail(_blocks.Fault!);
        }
    }
}
