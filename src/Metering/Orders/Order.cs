using Metering.Driver;

namespace Metering.Orders;

/// <summary>What an order asks for.</summary>
public enum OrderKind
{
    Read, Write, Execute, Disconnect, Reconnect, Breaker, Limiter, Calendar, Clock, Token, Message, LoadSwitch, Keys, MBus, Firmware, Exchange,
}

/// <summary>
/// Where an order stands. <see cref="Accepted"/> and <see cref="Running"/> come first, then exactly one of the others;
/// <see cref="Unknown"/> (sent, no answer) is later settled by reading back. The order of members is part of the ledger format.
/// </summary>
public enum OrderState : byte
{
    Accepted, Running, Done, Partial, Failed, Refused, Expired, Cancelled, Unknown,
}

/// <summary>What is known of a state by itself.</summary>
public static class OrderStates
{
    /// <summary>True where nothing follows.</summary>
    public static bool IsFinal(OrderState state) => state is not (OrderState.Accepted or OrderState.Running or OrderState.Unknown);
}

/// <summary>An order as a driver sees it.</summary>
/// <param name="Id">Its idempotency key.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Meter">Of which meter.</param>
/// <param name="Payload">Its arguments; the raw APDU of an exchange.</param>
public sealed record MeterOrder(string Id, OrderKind Kind, MeterId Meter, ReadOnlyMemory<byte> Payload)
{
    private readonly WorkClass? _class;

    /// <summary>The octets of the image that the arguments name; null where they name none.</summary>
    public IImageSource? Image { get; init; }

    /// <summary>Its turn beside other work for the same meter and on the same medium: by its kind, where nothing else is said.</summary>
    public WorkClass Class
    {
        get => _class ?? ClassOf(Kind);
        init => _class = value;
    }

    /// <summary>What becomes of the values it brings.</summary>
    public ReadingUse Use { get; init; }

    /// <summary>What somebody waits for goes before what the box reads by itself, a breaker before both, an image behind all.</summary>
    private static WorkClass ClassOf(OrderKind kind) => kind switch
    {
        OrderKind.Disconnect or OrderKind.Reconnect or OrderKind.Breaker => WorkClass.Breaker,
        OrderKind.Firmware => WorkClass.Firmware,
        _ => WorkClass.OnDemand,
    };
}

/// <summary>One step of an order's execution.</summary>
/// <param name="State">Where it stands now.</param>
/// <param name="Sentence">What happened.</param>
/// <param name="Block">Readings that came with it, or null.</param>
/// <param name="Answer">The raw answer of an exchange, or empty.</param>
public sealed record OrderStep(OrderState State, string Sentence, ReadingBlock? Block, ReadOnlyMemory<byte> Answer)
{
    /// <summary>What the meter told with it, with its raw octets: goes the way of everything that is heard, through the intake into the ledger.</summary>
    public DriverEvent? Told { get; init; }

    /// <summary>Why it was not done, where it was not.</summary>
    public MissReason Why { get; init; }

    /// <summary>Of a read by time: rows that are older the meter has overwritten by now, UTC; null where it holds all that was asked for, or does not tell.</summary>
    public DateTime? HoldsFrom { get; init; }

    /// <summary>How what the order changes stood before, as the meter told; null where it did not, or where the order changes nothing.</summary>
    public string? Before { get; init; }

    /// <summary>Of a step that ends an order: the firmware that the meter told last; null where it did not.</summary>
    public string? Firmware { get; init; }

    /// <summary>How it stands after, as the meter told: the proof that the order was done.</summary>
    public string? After { get; init; }
}
