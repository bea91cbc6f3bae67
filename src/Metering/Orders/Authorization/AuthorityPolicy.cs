namespace Metering.Orders.Authorization;

/// <summary>What the owner of the box decided.</summary>
public sealed record AuthorityPolicy
{
    /// <summary>Meters whose supply may be switched within an hour, all orders together: a stolen key blacks out no street.</summary>
    public int SuppliesAnHour { get; init; } = 20;

    /// <summary>Verbs that wait for the word of a second one.</summary>
    public IReadOnlySet<string> NeedApproval { get; init; } = new HashSet<string>();

    /// <summary>An order that comes later than this after it was written is stale.</summary>
    public TimeSpan LongestAge { get; init; } = TimeSpan.FromSeconds(86_400);

    /// <summary>How far the clocks of a head-end and of the box may be apart.</summary>
    public TimeSpan ClockDifference { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>No order is valid for longer.</summary>
    public TimeSpan LongestValidity { get; init; } = TimeSpan.FromDays(31);

    /// <summary>Meters an order may name.</summary>
    public int MostMeters { get; init; } = 5000;

    /// <summary>Attributes and methods of metrological objects that may be written or executed all the same.</summary>
    public IReadOnlySet<CosemTarget> Unprotected { get; init; } = new HashSet<CosemTarget>();
}

/// <summary>What Authority has to know of the box when it judges.</summary>
/// <param name="Now">The box's time, and how far it may be believed.</param>
/// <param name="SuppliesSwitched">Meters whose supply was ordered to be switched in the last hour.</param>
/// <param name="IsNonceUsed">Another order had the nonce.</param>
/// <param name="IsKnown">A meter that this box has.</param>
/// <param name="OwnerOf">The other box that has a meter; null for none.</param>
public sealed record AuthorityFacts(BoxTime Now, int SuppliesSwitched, bool IsNonceUsed, Func<MeterId, bool> IsKnown, Func<MeterId, string?> OwnerOf)
{
    /// <summary>When the newest order was written that the same issuer gave for the same thing of a meter; null for none.</summary>
    public Func<MeterId, DateTime?> NewestOf { get; init; } = _ => null;
}
