namespace Fuzz.Judging;

/// <summary>Makes an input as short and as plain as it can be while the same still happens: pieces away, then octets to zero, then to smaller ones.</summary>
internal static class Shrinker
{
    private const int MostTries = 20_000;

    /// <summary>The shortest found.</summary>
    /// <param name="happens">True where it still happens.</param>
    internal static byte[] Shrink(byte[] input, Func<byte[], bool> happens)
    {
        var tries = 0;
        bool Still(byte[] shorter) => tries++ < MostTries && happens(shorter);
        for (var before = -1; before != input.Length;)
        {
            before = input.Length;
            for (var piece = Math.Max(1, input.Length / 2); piece > 0; piece /= 2)
            {
                for (var at = 0; at + piece <= input.Length;)
                {
                    byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + piece)];
                    if (Still(shorter))
                    {
                        input = shorter;
                    }
                    else
                    {
                        at += piece;
                    }
                }
            }
        }

        for (var at = 0; at < input.Length && tries < MostTries; at++)
        {
            foreach (var plain in new[] { (byte)0, (byte)1, (byte)(input[at] / 2), (byte)(input[at] - 1) })
            {
                byte[] plainer = [.. input];
                plainer[at] = plain;
                if (plain < input[at] && Still(plainer))
                {
                    input = plainer;
                    break;
                }
            }
        }

        return input;
    }
}
