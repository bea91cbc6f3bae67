namespace Metering.Orders.Authorization;

/// <summary>Why an order was refused; a closed list. Its words go north as <c>code</c>.</summary>
public enum RefusalCode : byte
{
    None, UnknownVerb, Arguments, Unsigned, Signature, Role, Stale, Early, Expired, Validity, ClockUnset, Replayed, OtherContent, UnknownMeter, OwnedElsewhere, Protected, OverLimit, SameApprover, NothingToApprove,
    NotCancellable, Retained, Busy, Sealed, Reordered,
}

/// <summary>What Authority says of an order.</summary>
/// <param name="Code">None where it may be carried out.</param>
/// <param name="Sentence">Why not; or what it waits for; empty where there is nothing to say.</param>
public readonly record struct Verdict(RefusalCode Code, string Sentence)
{
    /// <summary>It may be carried out.</summary>
    public bool IsAccepted => Code == RefusalCode.None;

    /// <summary>It waits until somebody else says so too.</summary>
    public bool WaitsForApproval { get; init; }

    internal static Verdict Refused(RefusalCode code, string sentence) => new(code, sentence);
}

/// <summary>Words of the wire.</summary>
public static class RefusalCodes
{
    /// <summary><c>over-limit</c> and the like; empty for none.</summary>
    public static string Text(RefusalCode code) => code == RefusalCode.None ? "" : WireWord.Of(code);
}
