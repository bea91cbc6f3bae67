using System.Globalization;
using Protocols.Usi;
using Simulation.Plc;

namespace Unit.Flows.Simulator.Plc;

/// <summary>The simulator's own USI frames: those of the shared vectors, those of the product's codec, and the silences of a modem.</summary>
public class SimUsiTests
{
    [Fact]
    public void Every_frame_of_the_shared_vectors_is_taken_and_made_again()
    {
        var count = 0;
        foreach (var row in SharedVectors.Array("plc-frames.json"))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            var name = row.GetProperty("name").GetString()!;
            if (octets[0] != 0x7E || !(name.StartsWith("g3.", StringComparison.Ordinal) || name.StartsWith("prime.", StringComparison.Ordinal)))
            {
                continue;
            }

            var framer = new SimUsiFramer();
            framer.Take(octets);
            if (name.EndsWith(".xlen", StringComparison.Ordinal))
            {
                Assert.Equal(1, framer.Overruns); // does not fit a stock modem
                continue;
            }

            Assert.True(framer.TryRead(out var protocol, out var payload), name);
            Assert.Equal(octets, SimUsi.Frame(protocol, payload));
            count++;
        }

        Assert.True(count > 40, count.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x25)]
    [InlineData(0x30)]
    public void Frames_are_those_of_the_product(byte protocol)
    {
        var random = new Random(5);
        for (var length = 1; length < 1400; length += 7)
        {
            var payload = new byte[length];
            random.NextBytes(payload);
            payload[0] &= 0x7F;
            if (protocol == 0 && length > 1023)
            {
                return;
            }

            Assert.Equal(new UsiFrame((UsiProtocol)protocol, payload).ToOctets(), SimUsi.Frame(protocol, payload));
        }
    }

    [Theory]
    [InlineData("7E00A52200C74F7E", 1)]
    [InlineData("7E7E7E00A52200C74F7E7E", 1)] // flags more than needed
    [InlineData("7E00A52200C74F7E00A52200C74F7E", 2)] // one flag between two
    [InlineData("55AA7E00A52200C74F7E", 1)] // noise before it
    [InlineData("7E00A52200C7507E", 0)] // check
    [InlineData("7E00E52200C74F7E", 0)] // length
    [InlineData("7E00A57D0200C74F7E", 0)] // no escape, though it would give the right octet
    [InlineData("7E00A57D0200C74F7E7E00A52200C74F7E", 1)] // and it goes on at the next flag
    public void What_is_damaged_vanishes_without_a_word(string octets, int frames)
    {
        var framer = new SimUsiFramer();
        foreach (var octet in Convert.FromHexString(octets))
        {
            framer.Take([octet]);
        }

        for (var i = 0; i < frames; i++)
        {
            Assert.True(framer.TryRead(out _, out var payload));
            Assert.Equal("2200", Convert.ToHexString(payload));
        }

        Assert.False(framer.TryRead(out _, out _));
    }
}
