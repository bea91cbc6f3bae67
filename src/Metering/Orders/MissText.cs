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
            MissReason.NeverRegistered => "never registered: no network of this box has seen its modem",
            MissReason.NotConnected => $"registered, but no data connection to the meter is open{since}",
            MissReason.Absent => $"its modem is away{since}",
            MissReason.BranchDown => $"the branch is down with {(detail.Length > 0 ? "switch " + detail : "its switch")}{since}",
            MissReason.AtNeighbour => $"joined at the neighbour{(detail.Length > 0 ? " " + detail : "")}",
            MissReason.Exchanged => $"exchanged: {(detail.Length > 0 ? detail : "another meter answers in its place")}",
            MissReason.NotListed => $"not on the white list: its modem waits in quarantine{since}",
            MissReason.KeyMissing => $"key missing{Because(detail)}",
            MissReason.WrongKey => $"wrong key{Because(detail)}",
            MissReason.AssociationRefused => $"association refused{Because(detail)}",
            MissReason.ClockBeyondWindow => $"its clock is beyond the window{Because(detail)}",
            MissReason.ProfileEmpty => $"the profile is empty for that time{Because(detail)}",
            MissReason.TooSlow => $"answers too slowly{Because(detail)}",
            MissReason.NoAnswer => $"does not answer{Because(detail)}",
            MissReason.Refused => $"answers, but not with this{Because(detail)}",
            MissReason.HeldByPassThrough => $"held by pass-through{(detail.Length > 0 ? " of " + detail : "")}",
            _ => "not asked yet",
        };
    }

    private static string Because(string detail) => detail.Length > 0 ? ": " + detail : "";
}
