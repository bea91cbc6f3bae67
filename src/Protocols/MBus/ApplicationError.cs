namespace Protocols.MBus;

/// <summary>A meter's refusal (CI 6E, 6F, 70; EN 13757-3 clause 10): one octet of reason, often left out.</summary>
internal static class ApplicationError
{
    internal const string Name = "application error";

    private static readonly string[] Reasons =
    [
        "no reason given", "this CI field is not implemented", "the message is too long for it", "too many records", "a record ended too early", "more than ten DIFE", "more than ten VIFE",
        "reserved reason 7", "busy with other readouts", "too many readouts",
    ];

    internal static string Sentence(ReadOnlySpan<byte> octets) => octets.IsEmpty ? $"{Name}: {Reasons[0]}"
        : octets[0] < Reasons.Length ? $"{Name} {octets[0]}: {Reasons[octets[0]]}"
        : $"{Name} {octets[0]}";
}
