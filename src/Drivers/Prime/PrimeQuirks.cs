namespace Drivers.Prime;

/// <summary>What a modem's firmware does otherwise than its document says (plc-modems.md, 3.1).</summary>
public sealed record PrimeQuirks
{
    /// <summary>The stock firmware.</summary>
    public static PrimeQuirks Stock { get; } = new();

    /// <summary>Octets a join has where its EUI-48 stands; the first six count. The stock firmware sends two more that mean nothing. Joins of another length are taken as well, and counted.</summary>
    public int JoinMacOctets { get; init; } = 8;

    /// <summary>A release is confirmed (<c>36</c>). The stock firmware has not wired it: that the meter left (<c>3B</c>) is the only answer.</summary>
    public bool ConfirmsRelease { get; init; }
}
