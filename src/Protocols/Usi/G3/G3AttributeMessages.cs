using Protocols.Dlms.Apdu;

namespace Protocols.Usi.G3;

/// <summary>Sets an attribute of ADP, MAC or LBP: <c>11 or 16 or 3C | attribute u32 | index u16 | count | value</c></summary>
public sealed record AttributeSet(G3Command What, uint Attribute, ushort Index, ReadOnlyMemory<byte> Value) : G3Message
{
    public override G3Command Command => What;

    public override string Name => What switch { G3Command.MacSetRequest => "mac-set-request", G3Command.LbpSetRequest => "lbp-set-request", _ => "set-request" };

    internal override void WriteTo(PduWriter to) => to.UInt32(Attribute).UInt16(Index).Short(Value);

    /// <summary>Of the adaptation layer.</summary>
    public static AttributeSet Adp(uint attribute, ushort index, ReadOnlyMemory<byte> value) => new(G3Command.SetRequest, attribute, index, value);

    /// <summary>Of the MAC.</summary>
    public static AttributeSet Mac(uint attribute, ushort index, ReadOnlyMemory<byte> value) => new(G3Command.MacSetRequest, attribute, index, value);

    /// <summary>Of the bootstrapping protocol.</summary>
    public static AttributeSet Lbp(uint attribute, ushort index, ReadOnlyMemory<byte> value) => new(G3Command.LbpSetRequest, attribute, index, value);
}

/// <summary>Asks for an attribute of ADP or MAC: <c>12 or 17 | attribute u32 | index u16</c></summary>
public sealed record AttributeGet(G3Command What, uint Attribute, ushort Index) : G3Message
{
    public override G3Command Command => What;

    public override string Name => What == G3Command.MacGetRequest ? "mac-get-request" : "get-request";

    internal override void WriteTo(PduWriter to) => to.UInt32(Attribute).UInt16(Index);

    /// <summary>Of the adaptation layer.</summary>
    public static AttributeGet Adp(uint attribute, ushort index = 0) => new(G3Command.GetRequest, attribute, index);

    /// <summary>Of the MAC.</summary>
    public static AttributeGet Mac(uint attribute, ushort index = 0) => new(G3Command.MacGetRequest, attribute, index);
}

/// <summary>What became of a set: <c>27 or 2D or 46 | status | attribute u32 | index u16</c></summary>
/// <param name="Status">Of ADP, MAC or LBP; <see cref="StatusText"/> has the words.</param>
public sealed record AttributeSetConfirm(G3Command What, byte Status, uint Attribute, ushort Index) : G3Message
{
    public override G3Command Command => What;

    public override string Name => What switch { G3Command.MacSetConfirm => "mac-set-confirm", G3Command.LbpSetConfirm => "lbp-set-confirm", _ => "set-confirm" };

    /// <summary>The status in the words of its layer.</summary>
    public string StatusText => What switch { G3Command.MacSetConfirm => ((MacStatus)Status).Text(), G3Command.LbpSetConfirm => ((LbpStatus)Status).Text(), _ => ((AdpStatus)Status).Text() };

    internal override void WriteTo(PduWriter to) => to.Byte(Status).UInt32(Attribute).UInt16(Index);
}

/// <summary>What an attribute is: <c>28 or 2E | status | attribute u32 | index u16 | count | value</c></summary>
public sealed record AttributeGetConfirm(G3Command What, byte Status, uint Attribute, ushort Index, ReadOnlyMemory<byte> Value) : G3Message
{
    public override G3Command Command => What;

    public override string Name => What == G3Command.MacGetConfirm ? "mac-get-confirm" : "get-confirm";

    /// <summary>The status in the words of its layer.</summary>
    public string StatusText => What == G3Command.MacGetConfirm ? ((MacStatus)Status).Text() : ((AdpStatus)Status).Text();

    internal override void WriteTo(PduWriter to) => to.Byte(Status).UInt32(Attribute).UInt16(Index).Short(Value);
}
