namespace Simulation.Plc.Medium;

/// <summary>Draws that depend on nothing but what they are drawn for: the same question has the same answer, in any order.</summary>
internal static class Draw
{
    /// <summary>What is drawn for.</summary>
    internal const int Quality = 1, Rank = 2, Stretches = 3, Lengths = 4, Branch = 5, Failures = 6, Hops = 7, Stray = 8, Foreign = 9, Tree = 10, Mixed = 11, Carrier = 12, Turn = 13;

    /// <summary>At least 0, below 1.</summary>
    internal static double Unit(int seed, long a, long b, long c, int purpose) => (Mix(seed, a, b, c, purpose) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A generator of its own.</summary>
    internal static Random Of(int seed, long a, long b, int purpose) => new((int)Mix(seed, a, b, 0, purpose));

    private static ulong Mix(int seed, long a, long b, long c, int purpose)
    {
        var all = Stir((ulong)(uint)seed + 0x9E37_79B9_7F4A_7C15);
        all = Stir(all ^ (ulong)a);
        all = Stir(all ^ ((ulong)b + 0x1000_0000_01B3));
        all = Stir(all ^ ((ulong)c * 0xC2B2_AE3D_27D4_EB4F));
        return Stir(all ^ (ulong)purpose);
    }

    /// <summary>The finish of splitmix64.</summary>
    private static ulong Stir(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
        value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
        return value ^ (value >> 31);
    }
}
