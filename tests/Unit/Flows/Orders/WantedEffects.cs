namespace Unit.Flows.Orders;

/// <summary>What the meter itself holds when an order was carried out, in the words of the case.</summary>
internal static class WantedEffects
{
    /// <summary>Special days hold from when they are written.</summary>
    internal const string SpecialDays = "010102031200010905FFFF0C19FF1101";

    private const string Summer = "090653554D4D4552 0101020309025331090CFFFF0401FF000000008000FF09025731 " + SpecialDays;

    private static readonly Dictionary<string, string> All = new()
    {
        ["read registers"] = "", ["read profile"] = "", ["read events"] = "", ["read outages"] = "", ["read quality"] = "", ["read breaker"] = "connected", ["disconnect"] = "disconnected", ["reconnect"] = "connected",
        ["limiter"] = "06000011F8 0600000BB8 060000005A 060000001E", ["calendar now"] = Summer, ["calendar later"] = Summer, ["clock"] = "right", ["token"] = "credit 1500", ["message"] = "0904686F6C61",
        ["load-switch"] = "1 0 1", ["write"] = "090568656C6C6F", ["execute"] = "pressed 1", ["valve"] = "closed", ["mbus key"] = Convert.ToHexString(Substation.Orders.NewKeys.OfChannel),
        ["keys"] = "guek gak", ["secret"] = "hls", ["broadcast key"] = "gbek", ["approved"] = "connected", ["cancelled"] = "disconnected",
        ["firmware now"] = "SIM-2.0 with the image", ["firmware later"] = "SIM-2.0 with the image",
    };

    /// <summary>Orders that must never reach a meter twice, and how what they do is called there.</summary>
    internal static IReadOnlyDictionary<string, string> Once { get; } = new Dictionary<string, string>
    {
        ["disconnect"] = "act 70/0-0:96.3.10*255/1", ["reconnect"] = "act 70/0-0:96.3.10*255/2", ["token"] = "act 115/0-0:19.40.0*255/1", ["execute"] = "act 8193/0-0:96.50.0*255/1",
        ["valve"] = "act 70/0-1:24.4.0*255/1", ["mbus key"] = "act 72/0-2:24.1.0*255/7", ["firmware now"] = "act 18/0-0:44.0.0*255/4",
        ["approved"] = "act 70/0-0:96.3.10*255/2", ["cancelled"] = "act 70/0-0:96.3.10*255/1", ["keys"] = "act 64/0-0:43.0.0*255/2",
    };

    /// <summary>Every case there is.</summary>
    internal static IReadOnlyCollection<string> Cases => All.Keys;

    internal static string Of(string order) => All[order];

    /// <summary>Orders that are written down as sent before they are, and are never sent again: a death in between leaves them undone, and says so.</summary>
    internal static bool NeverSent(string order, IReadOnlyCollection<string> deeds) => order switch
    {
        "disconnect" or "reconnect" or "approved" or "token" => !deeds.Contains(Once[order]),
        "clock" => !deeds.Any(deed => deed.StartsWith("set 8/", StringComparison.Ordinal) || deed.StartsWith("act 8/", StringComparison.Ordinal)),
        _ => false,
    };
}
