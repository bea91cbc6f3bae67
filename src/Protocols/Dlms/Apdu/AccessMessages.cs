namespace Protocols.Dlms.Apdu;

/// <summary>One thing to do in an ACCESS.request.</summary>
/// <param name="Choice">1 get, 2 set, 3 action, 4 get with selection, 5 set with selection.</param>
public readonly record struct AccessSpecification(byte Choice, AttributeDescriptor Attribute, Selection? Access)
{
    internal static AccessSpecification Read(ref PduReader from)
    {
        var choice = from.Byte();
        return choice switch
        {
            1 or 2 or 3 => new AccessSpecification(choice, from.Attribute(), null),
            4 or 5 => new AccessSpecification(choice, from.Attribute(), new Selection(from.Byte(), from.Data())),
            _ => from.Refuse<AccessSpecification>($"an access specification has no choice {choice}"),
        };
    }

    internal void WriteTo(PduWriter to)
    {
        to.Byte(Choice).Attribute(Attribute);
        if (Access is { } access)
        {
            to.Byte(access.Selector).Raw(access.Parameters);
        }
    }
}

/// <summary>ACCESS.request: <code>D9 | long invoke id | date-time | count {specification} | count {data}</code></summary>
public sealed record AccessRequest(LongInvokeId Id, ReadOnlyMemory<byte> At, IReadOnlyList<AccessSpecification> Specifications, IReadOnlyList<ReadOnlyMemory<byte>> Values) : Pdu
{
    public override string Name => "access-request";

    public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.AccessRequest).UInt32(Id.Octets).Octets(At)
        .List(Specifications, static (one, item) => item.WriteTo(one)).List(Values, static (one, item) => one.Raw(item));

    internal static AccessRequest Read(ref PduReader from) => new(
        new LongInvokeId(from.UInt32()), from.Octets(), from.List(AccessSpecification.Read), from.List(static (ref PduReader one) => one.Data()));
}

/// <summary>ACCESS.response: <code>DA | long invoke id | date-time | [specifications] | count {data} | count {choice, result}</code></summary>
public sealed record AccessResponse(
    LongInvokeId Id, ReadOnlyMemory<byte> At, IReadOnlyList<AccessSpecification>? Specifications, IReadOnlyList<ReadOnlyMemory<byte>> Values, IReadOnlyList<(byte Choice, byte Result)> Results) : Pdu
{
    public override string Name => "access-response";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.AccessResponse).UInt32(Id.Octets).Octets(At);
        _ = Specifications is { } specifications ? to.Byte(1).List(specifications, static (one, item) => item.WriteTo(one)) : to.Byte(0);
        to.List(Values, static (one, item) => one.Raw(item)).List(Results, static (one, item) => one.Byte(item.Choice).Byte(item.Result));
    }

    internal static AccessResponse Read(ref PduReader from) => new(
        new LongInvokeId(from.UInt32()), from.Octets(), from.IsPresent() ? from.List(AccessSpecification.Read) : null,
        from.List(static (ref PduReader one) => one.Data()), from.List(static (ref PduReader one) => (one.Byte(), one.Byte())));
}
