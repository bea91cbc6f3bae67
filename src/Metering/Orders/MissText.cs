using System.Globalization;
using Metering.Driver;

namespace Metering.Orders;

/// <summary>The one sentence that is said of a meter that is missed, for each reason.</summary>
public static class MissText
{
    /// <summary>The sentence.</summary>
    /// <param name="detail">Who or what: the switch that is away, the other box, the meter that answers instead, what the driver said; may be empty.</param>
    /// <param name="sinceUtc">Since when it is so; null where that says nothing.</param>
    public static string Of(MissReason reason, string detail = "", DateTime? sinceUtc = null)
    {
        var since = sinceUtc is { } at ? string.Create(CultureInfo.InvariantCulture, $" since {at:yyyy-MM-dd HH:mm} UTC") : "";
        return reason switch
        {
            MissReason.None => "",
            MissReason.NeverRegistered => $"never registered: {(detail.Length > 0 ? detail : "no network of this box has seen its modem")}",
            MissReason.NotConnected => $"registered, but no data connection to the meter is open{since}",
            MissReason.Absent => $"its modem is away{since}",
            MissReason.BranchDown => $"the branch is down with {(detail.Length > 0 ? "switch " + detail : "its switch")}{since}",
            MissReason.AtNeighbour => $"joined at the neighbour{(detail.Length > 0 ? " " + detail : "")}",
            MissReason.Exchanged => $"exchanged: {(detail.Length > 0 ? detail : "another meter answers in its place")}",
            MissReason.NotListed => $"not on the white list: its modem waits in quarantine{since}",
            MissReason.KeyMissing => Because("key missing", detail),
            MissReason.WrongKey => Because("wrong key", detail),
            MissReason.AssociationRefused => Because("association refused", detail),
            MissReason.ClockBeyondWindow => Because("its clock is beyond the window", detail),
            MissReason.ProfileEmpty => Because("the profile is empty for that time", detail),
            MissReason.TooSlow => Because("answers too slowly", detail),
            MissReason.NoAnswer => Because("does not answer", detail),
            MissReason.Refused => Because("answers, but not with this", detail),
            MissReason.HeldByPassThrough => $"held by pass-through{(detail.Length > 0 ? " of " + detail : "")}",
            _ => "not asked yet",
        };
    }

    /// <summary>A detail that says it in the same words says it once.</summary>
    private static string Because(string said, string detail) =>
        detail.Length == 0 ? said : detail.StartsWith(said, StringComparison.OrdinalIgnoreCase) ? said + detail[said.Length..] : $"{said}: {detail}";
}
