namespace Simulation.Plc.G3;

/// <summary>The modem's buffers for packets on their way: one of 1280 octets, three of 400, three of 100 (plc-modems 2.8). A packet takes the smallest that is free and large enough.</summary>
internal sealed class G3Buffers
{
    private static readonly int[] Sizes = [1280, 400, 100], Counts = [1, 3, 3];
    private readonly int[] _free = [.. Counts];

    /// <summary>The longest packet.</summary>
    internal const int Longest = 1280;

    /// <summary>Which sizes are free: bit 0 the large one, 1 the middle ones, 2 the small ones.</summary>
    internal byte Free => (byte)((_free[0] > 0 ? 1 : 0) | (_free[1] > 0 ? 2 : 0) | (_free[2] > 0 ? 4 : 0));

    /// <summary>Takes one; its size's number, or -1 where none is free.</summary>
    internal int Take(int octets)
    {
        for (var size = Sizes.Length - 1; size >= 0; size--)
        {
            if (octets <= Sizes[size] && _free[size] > 0)
            {
                _free[size]--;
                return size;
            }
        }

        return -1;
    }

    internal void Give(int size) => _free[size]++;

    internal void Clear() => Counts.CopyTo(_free, 0);
}
