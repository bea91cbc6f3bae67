namespace Fuzz.Mutation;

/// <summary>Splitmix64: small, fast, the same everywhere, and any input number can be reached without the ones before it.</summary>
internal struct Random64(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = seed;

    /// <summary>The generator of one input of a run.</summary>
    internal static Random64 For(ulong seed, long number) => new(Mix(seed + ((ulong)number * 0xD1342543DE82EF95)));

    /// <summary>64 random bits.</summary>
    internal ulong Bits() => Mix(_state += Golden);

    /// <summary>0 to below the bound; 0 for a bound of 0.</summary>
    internal int Next(int bound) => (int)(((Bits() >> 32) * (uint)bound) >> 32);

    /// <summary>Low to high, both may come.</summary>
    internal int Next(int low, int high) => low + Next(high - low + 1);

    /// <summary>True one time in so many.</summary>
    internal bool OneIn(int many) => Next(many) == 0;

    /// <summary>A random octet.</summary>
    internal byte Octet() => (byte)(Bits() >> 56);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
