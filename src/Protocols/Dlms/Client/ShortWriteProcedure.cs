using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>Write of variables by their short names; told to many it is the unconfirmed write (IEC 62056-5-3 clause 6, short name referencing).</summary>
public sealed class ShortWriteProcedure(IReadOnlyList<(ushort Variable, Selection? Access, ReadOnlyMemory<byte> Value)> items) : Procedure
{
    private const byte Plain = 2, Parameterised = 4;

    /// <summary>One data-access-result for each variable, 0 for success.</summary>
    public IReadOnlyList<byte> Results { get; private set; } = [];

    /// <inheritdoc/>
    public override bool Changes => true;

    internal override int BlocksBit => Conformance.BlocksWithSet;

    internal override Pdu Start(InvokeId id, int longest) => new WriteRequest(
        id.IsConfirmed, [.. items.Select(one => new VariableAccess(one.Access is null ? Plain : Parameterised, one.Variable, one.Access, default))], [.. items.Select(one => one.Value)]);

    internal override Pdu? Take(Pdu answer)
    {
        if (answer is not WriteResponse response)
        {
            return Strange(answer);
        }

        Results = [.. response.Results.Select(one => one.Choice == 0 ? (byte)0 : (byte)one.Value)];
        return response.Results.Count == items.Count ? Finish() : Fail($"{response.Results.Count} results came for {items.Count} variables");
    }
}
