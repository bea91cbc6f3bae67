namespace Simulation.Plc.Medium;

/// <summary>
/// The quantiles of one measured day of 117 meters (REQUIREMENTS section 2, PLC reality): how long a meter is there and how often it comes or goes, by its rank. What lies between the stated points
/// is drawn straight (presence) or in equal ratios (changes).
/// </summary>
internal static class MeasuredDay
{
    /// <summary>Two of 117 are never there, one for a ninth of the day; 55 always.</summary>
    private const double Never = 2 / 117.0, Seldom = 3 / 117.0, Always = 62 / 117.0, StillNever = 57 / 117.0;

    private static readonly (double Rank, double Share)[] Presence =
    [
        (Seldom, 0.55), (0.05, 0.73), (0.10, 0.84), (0.20, 0.93), (0.25, 0.974), (0.30, 0.985), (0.40, 0.991), (0.50, 0.9993), (Always, 0.9999),
    ];

    /// <summary>
    /// Weights of the hours of the day (UTC) in which absences begin: the evening most, the night least. With them the share of nodes that are there for a whole hour is 90 % in the mean, 67 % in the
    /// worst hour and 97 % in the best one, as measured.
    /// </summary>
    internal static IReadOnlyList<double> Hours { get; } = [0.3, 0.2, 0.1, 0.1, 0.1, 0.3, 1, 1.2, 1, 0.8, 0.8, 1, 1, 0.8, 0.8, 1, 3, 8, 20, 7, 3, 2, 1, 0.5];

    /// <summary>Share of the day that a node of a rank is there.</summary>
    internal static double PresenceOf(double rank)
    {
        if (rank < Seldom || rank >= Always)
        {
            return rank < Never ? 0 : rank < Seldom ? 0.11 : 1;
        }

        var at = 1;
        while (rank > Presence[at].Rank)
        {
            at++;
        }

        var ((from, low), (to, high)) = (Presence[at - 1], Presence[at]);
        return low + ((high - low) * (rank - from) / (to - from));
    }

    /// <summary>How often a day a node of a rank comes or goes: median 1, nine in ten up to 9, at most 28. (Ranks below are those of nodes that always or never are there.)</summary>
    internal static double ChangesOf(double rank) => rank switch
    {
        < StillNever => 0,
        < 0.5 => 1,
        < 0.9 => Math.Pow(9, (rank - 0.5) / 0.4),
        _ => 9 * Math.Pow(28 / 9.0, (rank - 0.9) / 0.1),
    };
}
