namespace Protocols.Dlms.Apdu;

/// <summary>GET.request: <code>C0 | 01 normal, 02 next block, 03 with list | invoke id | ..</code></summary>
public abstract record GetRequest(InvokeId Id) : Pdu
{
    /// <summary>One attribute: <code>attribute | [selection]</code></summary>
    public sealed record Normal(InvokeId Id, AttributeDescriptor Attribute, Selection? Access) : GetRequest(Id)
    {
        public override string Name => "get-request-normal";

        public override void WriteTo(PduWriter to) => Write(to, Id, Attribute, Access);

        /// <summary>Writes the message without making it: the question asked most.</summary>
        public static void Write(PduWriter to, InvokeId id, in AttributeDescriptor attribute, Selection? access) =>
            to.Byte((byte)ApduTag.GetRequest).Byte(1).InvokeId(id).Attribute(attribute).Selection(access);
    }

    /// <summary>The next block: <code>block number u32 of the last received</code></summary>
    public sealed record Next(InvokeId Id, uint Block) : GetRequest(Id)
    {
        public override string Name => "get-request-next";

        public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.GetRequest).Byte(2).InvokeId(Id).UInt32(Block);
    }

    /// <summary>Many attributes: <code>count | {attribute | [selection]}</code></summary>
    public sealed record WithList(InvokeId Id, IReadOnlyList<(AttributeDescriptor Attribute, Selection? Access)> Attributes) : GetRequest(Id)
    {
        public override string Name => "get-request-with-list";

        public override void WriteTo(PduWriter to) =>
            to.Byte((byte)ApduTag.GetRequest).Byte(3).InvokeId(Id).List(Attributes, static (one, item) => one.Attribute(item.Attribute).Selection(item.Access));
    }

    internal static Pdu? Read(ref PduReader from) => from.Byte() switch
    {
        1 => new Normal(from.InvokeId(), from.Attribute(), from.Selection()),
        2 => new Next(from.InvokeId(), from.UInt32()),
        3 => new WithList(from.InvokeId(), from.List(static (ref PduReader one) => (one.Attribute(), one.Selection()))),
        var other => from.Refuse<Pdu>($"GET.request has no choice {other}"),
    };
}

/// <summary>GET.response: <code>C4 | 01 normal, 02 block, 03 with list | invoke id | ..</code></summary>
public abstract record GetResponse(InvokeId Id) : Pdu
{
    /// <summary>One result.</summary>
    public sealed record Normal(InvokeId Id, DataResult Result) : GetResponse(Id)
    {
        public override string Name => "get-response-normal";

        public override void WriteTo(PduWriter to) => Result.WriteTo(to.Byte((byte)ApduTag.GetResponse).Byte(1).InvokeId(Id));

        /// <summary>Reads the message without making it: the answer that comes most. False for any other, or for one that cannot be read, which <see cref="Pdu.Read"/> explains.</summary>
        public static bool TryRead(ReadOnlyMemory<byte> apdu, out InvokeId id, out DataResult result)
        {
            (id, result) = (default, default);
            if (apdu.Span is not [(byte)ApduTag.GetResponse, 1, ..])
            {
                return false;
            }

            var from = new PduReader(apdu[2..]);
            (id, result) = (from.InvokeId(), DataResult.Read(ref from));
            return from.Fault is null && from.Remaining == 0;
        }
    }

    /// <summary>A block: <code>last | block number | 00 L raw, 01 error</code></summary>
    public sealed record WithDatablock(InvokeId Id, bool Last, uint Block, ReadOnlyMemory<byte> Raw, byte? Error) : GetResponse(Id)
    {
        public override string Name => "get-response-with-datablock";

        public override void WriteTo(PduWriter to)
        {
            var head = to.Byte((byte)ApduTag.GetResponse).Byte(2).InvokeId(Id).Byte(Last ? (byte)1 : (byte)0).UInt32(Block);
            _ = Error is { } error ? head.Byte(1).Byte(error) : head.Byte(0).Octets(Raw);
        }

        internal static WithDatablock Read(InvokeId id, ref PduReader from)
        {
            var (last, block) = (from.Byte() != 0, from.UInt32());
            return from.IsPresent() ? new WithDatablock(id, last, block, default, from.Byte()) : new WithDatablock(id, last, block, from.Octets(), null);
        }
    }

    /// <summary>Many results.</summary>
    public sealed record WithList(InvokeId Id, IReadOnlyList<DataResult> Results) : GetResponse(Id)
    {
        public override string Name => "get-response-with-list";

        public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.GetResponse).Byte(3).InvokeId(Id).List(Results, static (one, item) => item.WriteTo(one));
    }

    internal static Pdu? Read(ref PduReader from) => from.Byte() switch
    {
        1 => new Normal(from.InvokeId(), DataResult.Read(ref from)),
        2 => WithDatablock.Read(from.InvokeId(), ref from),
        3 => new WithList(from.InvokeId(), from.List(DataResult.Read)),
        var other => from.Refuse<Pdu>($"GET.response has no choice {other}"),
    };
}
