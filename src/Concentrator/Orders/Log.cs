namespace Concentrator.Orders;

/// <summary>What the orders' room says; ids 800 to 899. Never a key, never a token.</summary>
internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Information, "Order {Id} ({Verb}) of {Issuer} is taken: {Meters} meters.")]
    internal static partial void OrderTaken(this ILogger log, string id, string verb, string issuer, int meters);

    [LoggerMessage(801, LogLevel.Warning, "Order {Id} ({Verb}) of {Issuer} is refused: {Reason}.")]
    internal static partial void OrderRefused(this ILogger log, string id, string verb, string issuer, string reason);

    [LoggerMessage(802, LogLevel.Information, "Order {Id}, {Meter}: {State}: {Sentence}")]
    internal static partial void OrderStep(this ILogger log, string id, string meter, string state, string sentence);

    [LoggerMessage(803, LogLevel.Error, "Orders wait: the ledger does not take what has to be written down first ({Reason}).")]
    internal static partial void OrdersHeld(this ILogger log, string reason);
}
