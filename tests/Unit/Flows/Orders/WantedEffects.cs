namespace Unit.Flows.Orders;

/// <summary>What the meter itself holds when an order was carried out, in the words of the case.</summary>
internal static class WantedEffects
{
    /// <summary>Special days hold from when they are written.</summary>
    internal const string SpecialDays = "010102031200010905FFFF0C19FF1101";

    private const string Summer = "090653554D4D4552 0101020309025331090CFFFF0401FF000000008000FF09025731 " + SpecialDays;

    private static readonly Dictionary<string, string> All = new()
    {
        ["read registers"] = "", ["read profile"] = "", ["read events"] = "", ["read breaker"] = "connected", ["disconnect"] = "disconnected", ["reconnect"] = "connected",
        ["limiter"] = "06000011F8 0600000BB8 060000005A 060000001E", ["calendar now"] = Summer, ["calendar later"] = Summer, ["clock"] = "right", ["token"] = "credit 1500", ["message"] = "0904686F6C61",
        ["load-switch"] = "1 0 1", ["write"] = "090568656C6C6F", ["execute"] = "pressed 1", ["valve"] = "closed", ["mbus key"] = "000102030405060708090A0B0C0D0E0F",
        ["keys"] = "guek gak", ["secret"] = "hls", ["broadcast key"] = "gbek",
        ["firmware now"] = "SIM-2.0 with the image", ["firmware later"] = "SIM-2.0 with the image",
    };

    /// <summary>Every case there is.</summary>
    internal static IReadOnlyCollection<string> Cases => All.Keys;

    internal static string Of(string order) => All[order];
}
