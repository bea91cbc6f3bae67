using Simulation.Plc.Medium;

namespace Unit.Vectors.Simulator.Plc;

/// <summary>Air times against the published figures of plc-limits section 1.</summary>
public class PlcPhyTests
{
    [Theory]
    [InlineData(27, "78 22 15 13 161 77 61 20 16")]
    [InlineData(84, "163 45 27 20 316 94 69 23 17")]
    [InlineData(256, "418 107 58 40 613 205 147 33 21")]
    [InlineData(512, "834 215 105 74 1216 349 244 65 41")]
    [InlineData(1015, "1617 412 208 136 2375 682 476 110 67")]
    public void The_air_time_of_a_message_is_that_of_the_table(int octets, string milliseconds)
    {
        PlcPhy[] columns =
        [
            PlcPhy.PrimeRobustDbpsk, PlcPhy.PrimeDbpsk, PlcPhy.PrimeDqpsk, PlcPhy.PrimeD8psk, PlcPhy.G3Robo, PlcPhy.G3Dbpsk, PlcPhy.G3Dqpsk, PlcPhy.G3FccDbpsk, PlcPhy.G3FccD8psk,
        ];
        var stated = milliseconds.Split(' ').Select(double.Parse).ToArray();
        for (var i = 0; i < columns.Length; i++)
        {
            var air = columns[i].AirOf(octets).TotalMilliseconds;
            Assert.True(Math.Abs(air - stated[i]) <= Math.Max(0.5, stated[i] * 0.03), $"{columns[i].Name}, {octets} octets: {air:0.0} ms, stated {stated[i]}");
        }
    }

    [Theory]
    [InlineData("prime-r-dbpsk", 383, 581.6)]
    [InlineData("prime-r-dqpsk", 761, 581.6)]
    [InlineData("prime-dbpsk", 383, 147.6)]
    [InlineData("prime-dqpsk", 761, 147.6)]
    [InlineData("prime-d8psk", 1139, 147.6)]
    [InlineData("g3-robo", 133, 190.3)]
    [InlineData("g3-dbpsk", 235, 93.0)]
    [InlineData("g3-dqpsk", 235, 54.0)]
    [InlineData("g3-d8psk", 235, 42.9)]
    [InlineData("g3-fcc-robo", 133, 34.5)]
    [InlineData("g3-fcc-dbpsk", 470, 30.8)]
    [InlineData("g3-fcc-dqpsk", 470, 17.8)]
    [InlineData("g3-fcc-d8psk", 470, 14.1)]
    public void The_largest_PPDU_is_in_the_air_as_long_as_stated(string name, int octets, double milliseconds)
    {
        var phy = PlcPhy.All.Single(one => one.Name == name);
        Assert.Equal(octets, phy.LargestPpdu);
        Assert.Equal(milliseconds, phy.AirOfPpdu(octets).TotalMilliseconds, 0.06);
    }
}
