using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>SET of one attribute, in blocks where the value does not fit into one APDU (IEC 62056-5-3 clause 6.7).</summary>
/// <param name="value">One Data.</param>
public sealed class SetProcedure(AttributeDescriptor attribute, ReadOnlyMemory<byte> value, Selection? access = null) : Procedure
{
    private BlockCutter _blocks;
    private InvokeId _id;

    /// <summary>Data-access-result, 0 for success.</summary>
    public byte Result { get; private set; }

    /// <inheritdoc/>
    public override bool Changes => true;

    internal override int BlocksBit => Conformance.BlocksWithSet;

    internal override Pdu Start(InvokeId id, int longest)
    {
        _id = id;
        _blocks = new BlockCutter(value, longest);
        return _blocks.FitsWhole
            ? new SetRequest.Normal(id, attribute, access, value)
            : new SetRequest.FirstDatablock(id, attribute, access, _blocks.Next());
    }

    internal override Pdu? Take(Pdu answer)
    {
        switch (answer)
        {
            case SetResponse.Normal normal:
                Result = normal.Result;
                return Finish();
            case SetResponse.LastDatablock last:
                Result = last.Result;
                return Finish();
            case SetResponse.Datablock taken when taken.Block == _blocks.Sent && !_blocks.IsDone:
                return new SetRequest.WithDatablock(_id, _blocks.Next());
            case SetResponse.Datablock taken when taken.Block < _blocks.Sent:
                return null; // a late one
            default:
                return Strange(answer);
        }
    }
}
