using System.Text;
using Protocols.Usi;
using Unit.Flows.Usi;

namespace Unit.Vectors.Usi;

/// <summary>The check sums: the check values of the specification pin the slow ones here, and these pin what is on the line.</summary>
public class UsiCheckTests
{
    [Theory]
    [InlineData(0x30, 1, 0x31)]
    [InlineData(0x25, 2, 0xBEEF)]
    [InlineData(0x00, 4, 0x89A1897F)]
    public void The_check_values_are_those_of_the_specification(int protocol, int width, uint value) =>
        Assert.Equal((width, value), ModemLine.Check(protocol, Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void Every_protocol_has_the_check_sum_the_specification_gives_it() => Gen.Select(Gen.Int[0, 63], Gen.Byte.Array[1, 300]).Sample((protocol, payload) =>
    {
        payload[0] &= 0x7F;
        Assert.Equal(Convert.ToHexString(ModemLine.Frame(protocol, payload)), Convert.ToHexString(new UsiFrame((UsiProtocol)protocol, payload).ToOctets()));
    });
}
