using Metering.Driver;

namespace Concentrator.Field;

/// <summary>What became of a frame, in the words of CONTRACTS section 2 (<c>security.state</c>).</summary>
internal static class Outcome
{
    internal static string Of(SecurityFacts security, Fault? fault) => fault?.Kind switch
    {
        null => security.Encrypted ? "decrypted" : "clear",
        FaultKind.NoKey => "no-key",
        FaultKind.WrongKey => "wrong-key",
        FaultKind.MacFailed => "mac-failed",
        FaultKind.Replayed => "replayed",
        FaultKind.Unsupported => "unsupported",
        FaultKind.FormatUnknown => "format-unknown",
        FaultKind.BadChecksum => "bad-checksum",
        _ => "malformed",
    };

    /// <summary>True where later knowledge (a key, a record layout, a newer decoder) can still make readings of it; forgeries and rubbish go to the black box alone.</summary>
    internal static bool IsWorthKeeping(Fault? fault) =>
        fault is null or { Kind: FaultKind.NoKey or FaultKind.WrongKey or FaultKind.Unsupported or FaultKind.FormatUnknown };
}
