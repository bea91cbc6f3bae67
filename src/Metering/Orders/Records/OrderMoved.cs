using Metering.Ledger;

namespace Metering.Orders.Records;

/// <summary>An order, or one meter of it, came to another state. The payload of a <see cref="RecordType.Order"/> begins with 2; that of a <see cref="RecordType.OrderNews"/> is the same, for the head-end.</summary>
/// <param name="OrderId">Of which order.</param>
/// <param name="Meter">Of which meter; none for the whole order.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="Code">Word of the reason where it is no success; empty for none.</param>
/// <param name="Sentence">What happened.</param>
/// <param name="At">When; null where the box had no time.</param>
public sealed record OrderMoved(string OrderId, MeterId Meter, OrderState State, string Code, string Sentence, DateTime? At)
{
    private const byte Kind = 2;
    private const int MostText = 2000;

    /// <summary>How what was to be changed stood before, as the meter told.</summary>
    public string? Before { get; init; }

    /// <summary>How it stands after.</summary>
    public string? After { get; init; }

    /// <summary>Meters that are through, of all; for the whole order.</summary>
    public (int Done, int Of) Progress { get; init; }

    /// <summary>A second one approved it.</summary>
    public bool IsApproved { get; init; }

    /// <summary>Whom the head-end's answer goes to besides; empty for none. Only in news.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>What is sent back with it.</summary>
    public ReadOnlyMemory<byte> Correlation { get; init; }

    /// <summary>Its order was there already: this is how it stands.</summary>
    public bool IsDuplicate { get; init; }

    /// <summary>For the books.</summary>
    public NewRecord ToRecord(BoxTime now) => new(RecordType.Order, RecordClass.None, now, ToPayload());

    /// <summary>For the head-ends.</summary>
    public NewRecord ToNews(BoxTime now) => new(RecordType.OrderNews, RecordClass.Order, now, ToPayload());

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static OrderMoved ParseNews(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return from.Byte() == Kind ? Read(ref from) : throw new InvalidDataException("no news of an order");
    }

    /// <summary>A record of the books: how an order was taken, or how it moved.</summary>
    /// <exception cref="InvalidDataException">Written by a newer version.</exception>
    public static (OrderOpened? Opened, OrderMoved? Moved) Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return from.Byte() switch
        {
            OrderOpened.Kind => (OrderOpened.Read(ref from), null),
            Kind => (null, Read(ref from)),
            var kind => throw new InvalidDataException($"record {kind} of an order is of a newer version"),
        };
    }

    private byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Byte(Kind);
        to.Text(OrderId);
        to.Text(Meter.Text);
        to.Byte((byte)State);
        to.Text(Code);
        to.Text(Sentence.Length > MostText ? Sentence[..MostText] : Sentence);
        to.Instant(At);
        to.Text(Before);
        to.Text(After);
        to.Number((ulong)Progress.Done);
        to.Number((ulong)Progress.Of);
        to.Byte((byte)((IsApproved ? 1 : 0) | (IsDuplicate ? 2 : 0)));
        to.Text(ResponseTopic);
        to.Octets(Correlation.Span);
        return to.ToArray();
    }

    private static OrderMoved Read(ref OctetReader from)
    {
        var (id, meter, state) = (from.Text(), from.OptionalText(), (OrderState)from.Byte());
        var moved = new OrderMoved(id, meter is null ? default : MeterId.Parse(meter), state, from.Text(), from.Text(), from.Instant())
        {
            Before = from.OptionalText(), After = from.OptionalText(), Progress = ((int)from.Number(), (int)from.Number()),
        };
        var flags = from.Byte();
        return state > OrderState.Unknown ? throw new InvalidDataException($"state {(byte)state} of an order is of a newer version")
            : moved with { IsApproved = (flags & 1) != 0, IsDuplicate = (flags & 2) != 0, ResponseTopic = from.OptionalText(), Correlation = from.Octets() };
    }
}
