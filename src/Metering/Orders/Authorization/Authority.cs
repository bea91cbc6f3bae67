using System.Globalization;

namespace Metering.Orders.Authorization;

/// <summary>
/// Whether an order may be carried out: a pure function of the order, the policy and what the box knows. The first rule that denies is told. Signatures are checked before, by whoever has the keys:
/// what is left of that here is whether there was one.
/// </summary>
public static class Authority
{
    /// <summary>Judges an order that is new to the box.</summary>
    public static Verdict Judge(OrderRequest order, AuthorityPolicy policy, AuthorityFacts facts)
    {
        if (OrderVerbs.Find(order.Verb) is not { } verb)
        {
            return Verdict.Refused(RefusalCode.UnknownVerb, $"\"{order.Verb}\" is no order; there are {string.Join(", ", OrderVerbs.All.Select(one => one.Name))}");
        }

        var denied = Who(order, verb);
        denied = denied.IsAccepted ? When(order, policy, facts) : denied;
        denied = denied.IsAccepted ? Whom(order, verb, policy, facts) : denied;
        denied = denied.IsAccepted ? What(order, policy) : denied;
        denied = denied.IsAccepted ? HowMany(order, verb, policy, facts) : denied;
        return denied.IsAccepted && (policy.NeedApproval.Contains(verb.Name) || order.IsLegallyRelevant)
            ? new Verdict(RefusalCode.None, "waits for the approval of a second one") { WaitsForApproval = true }
            : denied;
    }

    /// <summary>Whether somebody may approve an order that waits for it.</summary>
    public static Verdict JudgeApproval(OrderRequest order, OrderIssuer approver)
    {
        var verb = OrderVerbs.Find(order.Verb);
        return verb is null || !approver.Roles.Overlaps(verb.Roles) ? Verdict.Refused(RefusalCode.Role, $"{approver.Text} could not have given \"{order.Verb}\" itself, and so does not approve it")
            : (approver.KeyId ?? approver.Name) == (order.Issuer.KeyId ?? order.Issuer.Name) ? Verdict.Refused(RefusalCode.SameApprover, $"{approver.Text} gave the order: another one has to approve it")
            : default(Verdict) with { Sentence = $"approved by {approver.Text}" };
    }

    private static Verdict Who(OrderRequest order, OrderVerb verb) =>
        !order.Issuer.Roles.Overlaps(verb.Roles) ? Verdict.Refused(RefusalCode.Role, $"{order.Issuer.Text} is {Roles(order.Issuer.Roles)}; \"{verb.Name}\" is for {Roles(verb.Roles)}")
            : verb.MustBeSigned && order.Issuer.KeyId is null && order.Issuer.Roles.Contains(Role.HeadEnd)
                ? Verdict.Refused(RefusalCode.Unsigned, $"\"{verb.Name}\" from a head-end counts only under the signature of an [[issuer]]")
            : order.SwitchesSupply && !order.Issuer.Roles.Overlaps(OrderVerbs.Supply) ? Verdict.Refused(RefusalCode.Role, $"{order.Issuer.Text} is {Roles(order.Issuer.Roles)}; a valve is for {Roles(OrderVerbs.Supply)}")
            : default;

    private static Verdict When(OrderRequest order, AuthorityPolicy policy, AuthorityFacts facts)
    {
        if (facts.IsNonceUsed)
        {
            return Verdict.Refused(RefusalCode.Replayed, $"nonce {order.Nonce} stood in another order");
        }

        if (facts.Now.Utc is not { } now)
        {
            return !order.Issuer.Roles.Contains(Role.HeadEnd) ? default // who stands before the box wrote it just now
                : Verdict.Refused(RefusalCode.ClockUnset, "the box has no time: it cannot see whether the order is old");
        }

        return order.IssuedAt > now + policy.ClockDifference ? Verdict.Refused(RefusalCode.Early, $"written {Text(order.IssuedAt)}, and here it is {Text(now)}: one of the clocks is wrong")
            : now - order.IssuedAt > policy.LongestAge ? Verdict.Refused(RefusalCode.Stale, $"written {Text(order.IssuedAt)}, more than {policy.LongestAge.TotalSeconds:0} s ago")
            : order.ExpiresAt <= now ? Verdict.Refused(RefusalCode.Expired, $"expired {Text(order.ExpiresAt)}")
            : order.ExpiresAt - order.IssuedAt > policy.LongestValidity || order.NotBefore >= order.ExpiresAt
                ? Verdict.Refused(RefusalCode.Validity, $"valid from {Text(order.NotBefore ?? order.IssuedAt)} to {Text(order.ExpiresAt)}: that is no window, or longer than {policy.LongestValidity.TotalDays:0} days")
            : default;
    }

    private static Verdict Whom(OrderRequest order, OrderVerb verb, AuthorityPolicy policy, AuthorityFacts facts)
    {
        if (verb.Kind is null)
        {
            return default;
        }

        if (order.Meters.Count == 0 || order.Meters.Count > policy.MostMeters || order.Meters.Distinct().Count() != order.Meters.Count)
        {
            return Verdict.Refused(RefusalCode.Arguments, $"meters names {order.Meters.Count}: 1 to {policy.MostMeters} different ones are wanted");
        }

        foreach (var meter in order.Meters)
        {
            if (facts.OwnerOf(meter) is { } owner)
            {
                return Verdict.Refused(RefusalCode.OwnedElsewhere, $"{meter} belongs to {owner}");
            }

            if (!facts.IsKnown(meter))
            {
                return Verdict.Refused(RefusalCode.UnknownMeter, $"{meter} is no meter of this box");
            }

            if (order.Issuer.Roles.Contains(Role.HeadEnd) && facts.NewestOf(meter) is { } newest && newest > order.IssuedAt)
            {
                return Verdict.Refused(RefusalCode.Reordered, $"written {Text(order.IssuedAt)}, and one that was written {Text(newest)} for the same of {meter} came before it: the later word holds");
            }
        }

        return default;
    }

    private static Verdict What(OrderRequest order, AuthorityPolicy policy) =>
        order.Target is { } target && !policy.Unprotected.Contains(target) && ProtectedObjects.Denial(target, order.Verb == "execute") is { } why
            ? Verdict.Refused(RefusalCode.Protected, $"class {target.ClassId} {target.Name} {why}") : default;

    private static Verdict HowMany(OrderRequest order, OrderVerb verb, AuthorityPolicy policy, AuthorityFacts facts) =>
        verb.Switches(order) && facts.SuppliesSwitched + order.Meters.Count > policy.SuppliesAnHour
            ? Verdict.Refused(RefusalCode.OverLimit, $"{order.Meters.Count} meters more would make {facts.SuppliesSwitched + order.Meters.Count} whose supply is switched within an hour; this box allows {policy.SuppliesAnHour}")
            : default;

    private static string Roles(IReadOnlySet<Role> roles) => string.Join(" or ", roles.Order().Select(role => role switch { Role.SecurityOfficer => "security officer", Role.HeadEnd => "head-end", _ => role.ToString().ToLowerInvariant() }));

    private static string Text(DateTime utc) => utc.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
