using Metering.Orders;

namespace Drivers.Dlms.Orders;

/// <summary>Which kinds of orders a DLMS meter executes: a line each.</summary>
internal static class OrderTable
{
    private static readonly IOrderKind[] All =
    [
        new ReadKind(), new WriteKind(), new ExecuteKind(), new ExchangeKind(), new MBusKind(), new FirmwareKind(), new ClockKind(),
        new BreakerKind(OrderKind.Disconnect), new BreakerKind(OrderKind.Reconnect), new BreakerKind(OrderKind.Breaker), new LimiterKind(), new CalendarKind(), new LoadSwitchKind(), new MessageKind(), new TokenKind(), new KeysKind(),
    ];

    /// <summary>What is there.</summary>
    internal static IReadOnlySet<OrderKind> Kinds { get; } = All.Select(one => one.Kind).ToHashSet();

    /// <summary>How a kind is executed; null where it is not.</summary>
    internal static IOrderKind? Find(OrderKind kind) => Array.Find(All, one => one.Kind == kind);
}
