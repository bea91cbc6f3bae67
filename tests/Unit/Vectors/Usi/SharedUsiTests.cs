using Protocols.Usi;

namespace Unit.Vectors.Usi;

/// <summary>Other people's frames of both modems: each is read, and written again octet for octet.</summary>
public class SharedUsiTests
{
    [Fact]
    public void Each_frame_is_read_and_written_again()
    {
        var frames = 0;
        foreach (var (name, octets) in SharedUsi.Frames())
        {
            var frame = Assert.Single(SharedUsi.Cut(octets));
            Assert.True(octets.AsSpan().SequenceEqual(frame.ToOctets()), $"{name} is written as {Convert.ToHexString(frame.ToOctets())}");
            Assert.Equal(name.StartsWith("prime.mngp", StringComparison.Ordinal), frame.Protocol <= UsiProtocol.ManagementGetResponseEnhanced);
            Assert.Equal(name != "g3.adp.data.req.xlen", frame.FitsModem);
            frames++;
        }

        Assert.Equal(66, frames);
    }

    [Fact]
    public void Eleven_bits_of_length_are_read_out_of_the_command_octet()
    {
        var octets = SharedUsi.Frame("g3.adp.data.req.xlen");
        var frame = Assert.Single(SharedUsi.Cut(octets));
        Assert.Equal(1106, frame.Payload.Length);
        Assert.Equal(0x0B, frame.Payload.Span[0]);
    }
}

/// <summary>The frames of the file of power line vectors that are USI.</summary>
internal static class SharedUsi
{
    internal static IEnumerable<(string Name, byte[] Octets)> Frames() =>
        from row in SharedVectors.Array("plc-frames.json")
        let name = row.GetProperty("name").GetString()!
        where name.StartsWith("g3.", StringComparison.Ordinal) || name.StartsWith("prime.", StringComparison.Ordinal)
        where !name.Contains("(no USI)", StringComparison.Ordinal)
        select (name, Convert.FromHexString(row.GetProperty("hex").GetString()!));

    internal static byte[] Frame(string name) => Frames().Single(frame => frame.Name == name).Octets;

    /// <summary>The frames in these octets, each with octets of its own.</summary>
    internal static List<UsiFrame> Cut(params IEnumerable<byte[]> chunks) => FrameCutting.Cut<UsiFrame>(new UsiFramer().Read, chunks, frame => frame with { Payload = frame.Payload.ToArray() });
}
