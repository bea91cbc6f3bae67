namespace Metering.Orders.Authorization;

/// <summary>Who gives an order, as far as the door it came through vouches for it.</summary>
/// <param name="Name">The Unix user, or the id of the key that signed.</param>
/// <param name="Roles">What it is here.</param>
/// <param name="Door">Where it came in: the upstream's name, or <c>local</c>.</param>
public sealed record OrderIssuer(string Name, IReadOnlySet<Role> Roles, string Door)
{
    /// <summary>Its signature holds over the whole order; null where there is none: then only the connection vouches for it.</summary>
    public string? KeyId { get; init; }

    /// <summary>For people and the audit.</summary>
    public string Text => KeyId is null ? $"{Name} at {Door}" : $"key {KeyId} at {Door}";
}

/// <summary>An order as it was asked for: nothing is decided yet.</summary>
/// <param name="Id">Its idempotency key.</param>
/// <param name="Verb">As it came; may be none of ours.</param>
/// <param name="IssuedAt">When it was written, UTC.</param>
/// <param name="NotBefore">It waits until then; null for at once.</param>
/// <param name="ExpiresAt">What has not begun then is not begun any more.</param>
/// <param name="Nonce">Stands in no other order.</param>
/// <param name="Meters">For whom; empty for the box.</param>
/// <param name="Arguments">JSON, as it came.</param>
public sealed record OrderRequest(
    string Id, string Verb, DateTime IssuedAt, DateTime? NotBefore, DateTime ExpiresAt, string Nonce, IReadOnlyList<MeterId> Meters, string Arguments, OrderIssuer Issuer)
{
    /// <summary>The attribute or method that a write or an execute is for; null for other verbs.</summary>
    public CosemTarget? Target { get; init; }

    /// <summary>It switches supply though its verb need not: a valve behind an electricity meter.</summary>
    public bool SwitchesSupply { get; init; }

    /// <summary>It changes the legally relevant part of a meter: one person alone does not.</summary>
    public bool IsLegallyRelevant { get; init; }
}
