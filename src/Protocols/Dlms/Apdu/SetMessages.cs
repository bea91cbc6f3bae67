namespace Protocols.Dlms.Apdu;

/// <summary>A block of a longer message: <code>last | block number u32 | L raw</code></summary>
public readonly record struct DataBlock(bool Last, uint Number, ReadOnlyMemory<byte> Raw)
{
    internal static DataBlock Read(ref PduReader from) => new(from.Byte() != 0, from.UInt32(), from.Octets());

    internal void WriteTo(PduWriter to) => to.Byte(Last ? (byte)1 : (byte)0).UInt32(Number).Octets(Raw);
}

/// <summary>SET.request: <code>C1 | 01 normal, 02 first block, 03 block, 04 list, 05 list and first block | invoke id | ..</code></summary>
public abstract record SetRequest(InvokeId Id) : Pdu
{
    /// <summary>One attribute.</summary>
    public sealed record Normal(InvokeId Id, AttributeDescriptor Attribute, Selection? Access, ReadOnlyMemory<byte> Value) : SetRequest(Id)
    {
        public override string Name => "set-request-normal";

        public override void WriteTo(PduWriter to) => Head(to, 1).Attribute(Attribute).Selection(Access).Raw(Value);
    }

    /// <summary>One attribute, in blocks.</summary>
    public sealed record FirstDatablock(InvokeId Id, AttributeDescriptor Attribute, Selection? Access, DataBlock Block) : SetRequest(Id)
    {
        public override string Name => "set-request-first-datablock";

        public override void WriteTo(PduWriter to) => Block.WriteTo(Head(to, 2).Attribute(Attribute).Selection(Access));
    }

    /// <summary>A further block.</summary>
    public sealed record WithDatablock(InvokeId Id, DataBlock Block) : SetRequest(Id)
    {
        public override string Name => "set-request-datablock";

        public override void WriteTo(PduWriter to) => Block.WriteTo(Head(to, 3));
    }

    /// <summary>Many attributes and as many values.</summary>
    public sealed record WithList(InvokeId Id, IReadOnlyList<(AttributeDescriptor Attribute, Selection? Access)> Attributes, IReadOnlyList<ReadOnlyMemory<byte>> Values) : SetRequest(Id)
    {
        public override string Name => "set-request-with-list";

        public override void WriteTo(PduWriter to) => Head(to, 4)
            .List(Attributes, static (one, item) => one.Attribute(item.Attribute).Selection(item.Access)).List(Values, static (one, item) => one.Raw(item));
    }

    /// <summary>Many attributes, their values in blocks.</summary>
    public sealed record ListFirstDatablock(InvokeId Id, IReadOnlyList<(AttributeDescriptor Attribute, Selection? Access)> Attributes, DataBlock Block) : SetRequest(Id)
    {
        public override string Name => "set-request-list-first-datablock";

        public override void WriteTo(PduWriter to) => Block.WriteTo(Head(to, 5).List(Attributes, static (one, item) => one.Attribute(item.Attribute).Selection(item.Access)));
    }

    internal static Pdu? Read(ref PduReader from) => from.Byte() switch
    {
        1 => new Normal(from.InvokeId(), from.Attribute(), from.Selection(), from.Data()),
        2 => new FirstDatablock(from.InvokeId(), from.Attribute(), from.Selection(), DataBlock.Read(ref from)),
        3 => new WithDatablock(from.InvokeId(), DataBlock.Read(ref from)),
        4 => new WithList(from.InvokeId(), ReadAttributes(ref from), from.List(static (ref PduReader one) => one.Data())),
        5 => new ListFirstDatablock(from.InvokeId(), ReadAttributes(ref from), DataBlock.Read(ref from)),
        var other => from.Refuse<Pdu>($"SET.request has no choice {other}"),
    };

    private static (AttributeDescriptor, Selection?)[] ReadAttributes(ref PduReader from) => from.List(static (ref PduReader one) => (one.Attribute(), one.Selection()));

    private PduWriter Head(PduWriter to, byte choice) => to.Byte((byte)ApduTag.SetRequest).Byte(choice).InvokeId(Id);
}

/// <summary>SET.response: <code>C5 | 01 result, 02 block, 03 last block, 04 last block of a list, 05 list | invoke id | ..</code></summary>
public abstract record SetResponse(InvokeId Id) : Pdu
{
    /// <summary>One result.</summary>
    public sealed record Normal(InvokeId Id, byte Result) : SetResponse(Id)
    {
        public override string Name => "set-response-normal";

        public override void WriteTo(PduWriter to) => Head(to, 1).Byte(Result);
    }

    /// <summary>A block was taken.</summary>
    public sealed record Datablock(InvokeId Id, uint Block) : SetResponse(Id)
    {
        public override string Name => "set-response-datablock";

        public override void WriteTo(PduWriter to) => Head(to, 2).UInt32(Block);
    }

    /// <summary>The last block was taken.</summary>
    public sealed record LastDatablock(InvokeId Id, byte Result, uint Block) : SetResponse(Id)
    {
        public override string Name => "set-response-last-datablock";

        public override void WriteTo(PduWriter to) => Head(to, 3).Byte(Result).UInt32(Block);
    }

    /// <summary>The last block of a list was taken.</summary>
    public sealed record LastDatablockList(InvokeId Id, IReadOnlyList<byte> Results, uint Block) : SetResponse(Id)
    {
        public override string Name => "set-response-last-datablock-list";

        public override void WriteTo(PduWriter to) => Head(to, 4).List(Results, static (one, item) => one.Byte(item)).UInt32(Block);
    }

    /// <summary>Many results.</summary>
    public sealed record WithList(InvokeId Id, IReadOnlyList<byte> Results) : SetResponse(Id)
    {
        public override string Name => "set-response-with-list";

        public override void WriteTo(PduWriter to) => Head(to, 5).List(Results, static (one, item) => one.Byte(item));
    }

    internal static Pdu? Read(ref PduReader from) => from.Byte() switch
    {
        1 => new Normal(from.InvokeId(), from.Byte()),
        2 => new Datablock(from.InvokeId(), from.UInt32()),
        3 => new LastDatablock(from.InvokeId(), from.Byte(), from.UInt32()),
        4 => new LastDatablockList(from.InvokeId(), from.List(static (ref PduReader one) => one.Byte()), from.UInt32()),
        5 => new WithList(from.InvokeId(), from.List(static (ref PduReader one) => one.Byte())),
        var other => from.Refuse<Pdu>($"SET.response has no choice {other}"),
    };

    private PduWriter Head(PduWriter to, byte choice) => to.Byte((byte)ApduTag.SetResponse).Byte(choice).InvokeId(Id);
}
