namespace Fuzz.Planted;

/// <summary>A parser with bugs, to see that they are found. Each lies behind a magic number that chance does not guess.</summary>
internal static class PlantedParser
{
    /// <summary>Four octets, and a length that is believed.</summary>
    internal static string? Believe(ReadOnlyMemory<byte> octets)
    {
        var input = octets.Span;
        if (input.Length < 8)
        {
            return "short";
        }

        if (input[0] == 0xC7)
        {
            if (input[1] == 0x3A)
            {
                if (input[2] == 0x95)
                {
                    if (input[3] == 0x6E)
                    {
                        return input.Slice(5, input[4]).IsEmpty ? "empty" : null;
                    }
                }
            }
        }

        return "no magic";
    }

    /// <summary>Never comes back from one value.</summary>
    internal static string? Turn(ReadOnlyMemory<byte> octets)
    {
        while (octets.Length > 2 && octets.Span[1] == 0x7E)
        {
            Thread.SpinWait(1000);
        }

        return null;
    }

    /// <summary>Goes down a level for every octet 02.</summary>
    internal static string? Descend(ReadOnlyMemory<byte> octets) => Depth(octets.Span) > 100_000 ? "deep" : null;

    private static int Depth(ReadOnlySpan<byte> octets)
    {
        Span<byte> frame = stackalloc byte[64];
        frame.Fill(octets.IsEmpty ? (byte)0 : octets[0]);
        return octets is [0x02, ..] ? Depth(octets[1..]) + frame[0] : 0;
    }
}
