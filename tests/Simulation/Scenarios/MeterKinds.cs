namespace Simulation.Scenarios;

/// <summary>How a meter secures what it sends.</summary>
public enum MeterSecurity
{
    Clear, Mode5, Mode7, ExtendedLink,
}

/// <summary>A sort of meter.</summary>
/// <param name="Medium">In words.</param>
/// <param name="Maker">FLAG letters.</param>
/// <param name="WalkBy">Time between telegrams for somebody who walks by.</param>
/// <param name="Nominal">Longest nominal interval that OMS volume 2 allows the medium.</param>
public sealed record MeterKind(string Medium, string Maker, byte Version, byte Type, TimeSpan WalkBy, TimeSpan Nominal);

/// <summary>What one meter is to be.</summary>
/// <param name="Synchronous">True where the interval follows the access number, as OMS has it; else it is jittered.</param>
/// <param name="First">Within which time the first telegram goes out.</param>
public sealed record MeterPlan(MeterKind Kind, MeterSecurity Security, TimeSpan Every, bool Synchronous, TimeSpan First);

/// <summary>The sorts of meters there are.</summary>
public static class MeterKinds
{
    /// <summary>All kinds, or all modes, in turn.</summary>
    public const string Mix = "mix";

    /// <summary>In the order in which a mix takes them.</summary>
    public static IReadOnlyList<MeterKind> All { get; } =
    [
        new("electricity", "ESY", 0x11, 0x02, TimeSpan.FromSeconds(8), TimeSpan.FromMinutes(7.5)),
        new("gas", "ELS", 0x51, 0x03, TimeSpan.FromSeconds(16), TimeSpan.FromMinutes(30)),
        new("water", "GWI", 0x3C, 0x07, TimeSpan.FromSeconds(16), TimeSpan.FromHours(4)),
        new("heat", "KAM", 0x30, 0x04, TimeSpan.FromSeconds(32), TimeSpan.FromMinutes(30)),
    ];

    /// <summary>Security by its name in a scenario.</summary>
    public static IReadOnlyDictionary<string, MeterSecurity> Securities { get; } = new Dictionary<string, MeterSecurity>
    {
        ["0"] = MeterSecurity.Clear, ["5"] = MeterSecurity.Mode5, ["7"] = MeterSecurity.Mode7, ["ell"] = MeterSecurity.ExtendedLink,
    };
}
