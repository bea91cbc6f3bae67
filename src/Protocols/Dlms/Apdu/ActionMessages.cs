namespace Protocols.Dlms.Apdu;

/// <summary>ACTION.request: <code>C3 | 01 normal, 02 next block, 03 list, 04 first block, 05 list and first block, 06 block | invoke id | ..</code></summary>
public abstract record ActionRequest(InvokeId Id) : Pdu
{
    /// <summary>One method, with one Data or none.</summary>
    public sealed record Normal(InvokeId Id, AttributeDescriptor Method, ReadOnlyMemory<byte>? Parameters) : ActionRequest(Id)
    {
        public override string Name => "action-request-normal";

        public override void WriteTo(PduWriter to)
        {
            var head = Head(to, 1).Attribute(Method);
            _ = Parameters is { } parameters ? head.Byte(1).Raw(parameters) : head.Byte(0);
        }
    }

    /// <summary>The next block of the answer.</summary>
    public sealed record NextPblock(InvokeId Id, uint Block) : ActionRequest(Id)
    {
        public override string Name => "action-request-next-pblock";

        public override void WriteTo(PduWriter to) => Head(to, 2).UInt32(Block);
    }

    /// <summary>Many methods and as many Data.</summary>
    public sealed record WithList(InvokeId Id, IReadOnlyList<AttributeDescriptor> Methods, IReadOnlyList<ReadOnlyMemory<byte>> Parameters) : ActionRequest(Id)
    {
        public override string Name => "action-request-with-list";

        public override void WriteTo(PduWriter to) => Head(to, 3).List(Methods, static (one, item) => one.Attribute(item)).List(Parameters, static (one, item) => one.Raw(item));
    }

    /// <summary>One method, its Data in blocks.</summary>
    public sealed record FirstPblock(InvokeId Id, AttributeDescriptor Method, DataBlock Block) : ActionRequest(Id)
    {
        public override string Name => "action-request-with-first-pblock";

        public override void WriteTo(PduWriter to) => Block.WriteTo(Head(to, 4).Attribute(Method));
    }

    /// <summary>Many methods, their Data in blocks.</summary>
    public sealed record ListFirstPblock(InvokeId Id, IReadOnlyList<AttributeDescriptor> Methods, DataBlock Block) : ActionRequest(Id)
    {
        public override string Name => "action-request-with-list-and-first-pblock";

        public override void WriteTo(PduWriter to) => Block.WriteTo(Head(to, 5).List(Methods, static (one, item) => one.Attribute(item)));
    }

    /// <summary>A further block.</summary>
    public sealed record Pblock(InvokeId Id, DataBlock Block) : ActionRequest(Id)
    {
        public override string Name => "action-request-with-pblock";

        public override void WriteTo(PduWriter to) => Block.WriteTo(Head(to, 6));
    }

    internal static Pdu? Read(ref PduReader from) => from.Byte() switch
    {
        1 => new Normal(from.InvokeId(), from.Attribute(), from.OptionalData()),
        2 => new NextPblock(from.InvokeId(), from.UInt32()),
        3 => new WithList(from.InvokeId(), ReadMethods(ref from), from.List(static (ref PduReader one) => one.Data())),
        4 => new FirstPblock(from.InvokeId(), from.Attribute(), DataBlock.Read(ref from)),
        5 => new ListFirstPblock(from.InvokeId(), ReadMethods(ref from), DataBlock.Read(ref from)),
        6 => new Pblock(from.InvokeId(), DataBlock.Read(ref from)),
        var other => from.Refuse<Pdu>($"ACTION.request has no choice {other}"),
    };

    private static AttributeDescriptor[] ReadMethods(ref PduReader from) => from.List(static (ref PduReader one) => one.Attribute());

    private PduWriter Head(PduWriter to, byte choice) => to.Byte((byte)ApduTag.ActionRequest).Byte(choice).InvokeId(Id);
}

/// <summary>What came of a method: a result, and data or an error where it returns some.</summary>
public readonly record struct ActionResult(byte Result, DataResult? Return)
{
    internal static ActionResult Read(ref PduReader from) => new(from.Byte(), from.IsPresent() ? DataResult.Read(ref from) : null);

    internal void WriteTo(PduWriter to)
    {
        var head = to.Byte(Result);
        if (Return is { } data)
        {
            data.WriteTo(head.Byte(1));
        }
        else
        {
            head.Byte(0);
        }
    }
}

/// <summary>ACTION.response: <code>C7 | 01 normal, 02 block, 03 list, 04 next block | invoke id | ..</code></summary>
public abstract record ActionResponse(InvokeId Id) : Pdu
{
    /// <summary>One result.</summary>
    public sealed record Normal(InvokeId Id, ActionResult Result) : ActionResponse(Id)
    {
        public override string Name => "action-response-normal";

        public override void WriteTo(PduWriter to) => Result.WriteTo(Head(to, 1));
    }

    /// <summary>A block of the answer.</summary>
    public sealed record Pblock(InvokeId Id, DataBlock Block) : ActionResponse(Id)
    {
        public override string Name => "action-response-with-pblock";

        public override void WriteTo(PduWriter to) => Block.WriteTo(Head(to, 2));
    }

    /// <summary>Many results.</summary>
    public sealed record WithList(InvokeId Id, IReadOnlyList<ActionResult> Results) : ActionResponse(Id)
    {
        public override string Name => "action-response-with-list";

        public override void WriteTo(PduWriter to) => Head(to, 3).List(Results, static (one, item) => item.WriteTo(one));
    }

    /// <summary>The next block of the question is awaited.</summary>
    public sealed record NextPblock(InvokeId Id, uint Block) : ActionResponse(Id)
    {
        public override string Name => "action-response-next-pblock";

        public override void WriteTo(PduWriter to) => Head(to, 4).UInt32(Block);
    }

    internal static Pdu? Read(ref PduReader from) => from.Byte() switch
    {
        1 => new Normal(from.InvokeId(), ActionResult.Read(ref from)),
        2 => new Pblock(from.InvokeId(), DataBlock.Read(ref from)),
        3 => new WithList(from.InvokeId(), from.List(ActionResult.Read)),
        4 => new NextPblock(from.InvokeId(), from.UInt32()),
        var other => from.Refuse<Pdu>($"ACTION.response has no choice {other}"),
    };

    private PduWriter Head(PduWriter to, byte choice) => to.Byte((byte)ApduTag.ActionResponse).Byte(choice).InvokeId(Id);
}
