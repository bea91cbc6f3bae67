namespace Protocols.Dlms.Apdu;

/// <summary>A variable by its short name.</summary>
/// <param name="Choice">2 name, 4 name and selection, 5 block number, 6 first block of a read, 7 block of a write.</param>
public readonly record struct VariableAccess(byte Choice, ushort Variable, Selection? Access, DataBlock Block)
{
    internal static VariableAccess Read(ref PduReader from)
    {
        var choice = from.Byte();
        return choice switch
        {
            2 => new VariableAccess(choice, from.UInt16(), null, default),
            4 => new VariableAccess(choice, from.UInt16(), new Selection(from.Byte(), from.Data()), default),
            5 => new VariableAccess(choice, from.UInt16(), null, default),
            _ => from.Refuse<VariableAccess>($"a variable access has no choice {choice} that this version reads"),
        };
    }

    internal void WriteTo(PduWriter to)
    {
        to.Byte(Choice).UInt16(Variable);
        if (Access is { } access)
        {
            to.Byte(access.Selector).Raw(access.Parameters);
        }
    }
}

/// <summary>Read.request: <code>05 | count {variable}</code></summary>
public sealed record ReadRequest(IReadOnlyList<VariableAccess> Variables) : Pdu
{
    public override string Name => "read-request";

    public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.ReadRequest).List(Variables, static (one, item) => item.WriteTo(one));

    internal static ReadRequest Read(ref PduReader from) => new(from.List(VariableAccess.Read));
}

/// <summary>One answer to a read: 0 data, 1 error, 2 block, 3 block number.</summary>
public readonly record struct ReadResult(byte Choice, ReadOnlyMemory<byte> Data, byte Error, DataBlock Block)
{
    internal static ReadResult Read(ref PduReader from)
    {
        var choice = from.Byte();
        return choice switch
        {
            0 => new ReadResult(choice, from.Data(), 0, default),
            1 => new ReadResult(choice, default, from.Byte(), default),
            2 => new ReadResult(choice, default, 0, new DataBlock(from.Byte() != 0, from.UInt16(), from.Octets())),
            3 => new ReadResult(choice, default, 0, new DataBlock(false, from.UInt16(), default)),
            _ => from.Refuse<ReadResult>($"an answer to a read has no choice {choice}"),
        };
    }

    internal void WriteTo(PduWriter to)
    {
        var head = to.Byte(Choice);
        _ = Choice switch
        {
            0 => head.Raw(Data),
            1 => head.Byte(Error),
            2 => head.Byte(Block.Last ? (byte)1 : (byte)0).UInt16((ushort)Block.Number).Octets(Block.Raw),
            _ => head.UInt16((ushort)Block.Number),
        };
    }
}

/// <summary>Read.response: <code>0C | count {result}</code></summary>
public sealed record ReadResponse(IReadOnlyList<ReadResult> Results) : Pdu
{
    public override string Name => "read-response";

    public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.ReadResponse).List(Results, static (one, item) => item.WriteTo(one));

    internal static ReadResponse Read(ref PduReader from) => new(from.List(ReadResult.Read));
}

/// <summary>Write.request and unconfirmed write: <code>06 or 16 | count {variable} | count {data}</code></summary>
public sealed record WriteRequest(bool IsConfirmed, IReadOnlyList<VariableAccess> Variables, IReadOnlyList<ReadOnlyMemory<byte>> Values) : Pdu
{
    public override string Name => IsConfirmed ? "write-request" : "unconfirmed-write-request";

    public override void WriteTo(PduWriter to) => to.Byte((byte)(IsConfirmed ? ApduTag.WriteRequest : ApduTag.UnconfirmedWriteRequest))
        .List(Variables, static (one, item) => item.WriteTo(one)).List(Values, static (one, item) => one.Raw(item));

    internal static WriteRequest Read(bool confirmed, ref PduReader from) => new(confirmed, from.List(VariableAccess.Read), from.List(static (ref PduReader one) => one.Data()));
}

/// <summary>Write.response: <code>0D | count {00 | 01 error | 02 block number}</code></summary>
public sealed record WriteResponse(IReadOnlyList<(byte Choice, ushort Value)> Results) : Pdu
{
    public override string Name => "write-response";

    public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.WriteResponse).List(Results, static (one, item) =>
        _ = item.Choice switch { 0 => one.Byte(0), 1 => one.Byte(1).Byte((byte)item.Value), _ => one.Byte(2).UInt16(item.Value) });

    internal static WriteResponse Read(ref PduReader from) => new(from.List(ReadOne));

    private static (byte, ushort) ReadOne(ref PduReader from)
    {
        var choice = from.Byte();
        return choice switch
        {
            0 => (choice, (ushort)0),
            1 => (choice, from.Byte()),
            2 => (choice, from.UInt16()),
            _ => from.Refuse<(byte, ushort)>($"an answer to a write has no choice {choice}"),
        };
    }
}

/// <summary>InformationReport: <code>18 | [time] | count {variable} | count {data}</code></summary>
public sealed record InformationReport(ReadOnlyMemory<byte>? At, IReadOnlyList<VariableAccess> Variables, IReadOnlyList<ReadOnlyMemory<byte>> Values) : Pdu
{
    public override string Name => "information-report";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.InformationReport);
        _ = At is { } at ? to.Byte(1).Octets(at) : to.Byte(0);
        to.List(Variables, static (one, item) => item.WriteTo(one)).List(Values, static (one, item) => one.Raw(item));
    }

    internal static InformationReport Read(ref PduReader from) => new(
        from.OptionalOctets(), from.List(VariableAccess.Read), from.List(static (ref PduReader one) => one.Data()));
}
