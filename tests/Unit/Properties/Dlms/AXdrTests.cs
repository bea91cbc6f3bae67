using System.Buffers;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;

namespace Unit.Properties.Dlms;

/// <summary>Nothing that anybody sends costs more than it weighs.</summary>
public class AXdrTests
{
    [Fact]
    public void Any_octets_give_an_answer_and_what_is_read_is_written_as_it_was() => Gen.Byte.Array[0, 120].Sample(octets =>
    {
        var apdu = Pdu.Read(octets, out var fault);
        Assert.Equal(apdu is null, fault is not null);
        Assert.True(apdu is null || apdu.ToOctets().Length <= octets.Length + 8); // lengths may be in their long form
    }, iter: 200_000);

    [Theory]
    [InlineData(AXdrReader.MostDepth, true)]
    [InlineData(AXdrReader.MostDepth + 1, false)]
    [InlineData(16_000, false)]
    public void Nesting_ends_at_its_bound(int depth, bool fits)
    {
        byte[] octets = [.. Enumerable.Repeat(new byte[] { 2, 1 }, depth).SelectMany(pair => pair), 0];
        Assert.Equal(fits, new AXdrReader(octets).TrySkip());
        Assert.Equal(fits, Pdu.Read((byte[])[0xC4, 1, 0xC1, 0, .. octets], out _) is not null);
    }

    [Fact]
    public void A_count_that_the_octets_cannot_hold_asks_for_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Assert.Null(Pdu.Read(new byte[] { 0xC0, 3, 0xC1, 0x84, 0x7F, 0xFF, 0xFF, 0xFF, 0 }, out _));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
    }

    [Fact]
    public void A_compact_array_expands_to_the_array_it_stands_for_and_a_bomb_does_not()
    {
        var to = new ArrayBufferWriter<byte>();
        Assert.True(CompactArray.TryExpand(Convert.FromHexString("020206110F000000010100000002020000000303"), to));
        Assert.Equal("010302020600000001110102020600000002110202020600000003 1103".Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(to.WrittenSpan));
        Assert.False(CompactArray.TryExpand(Convert.FromHexString("000101"), new ArrayBufferWriter<byte>())); // elements of no octets never end
        var bomb = new List<byte> { 0x02, 0x81, 200 };
        bomb.AddRange(Enumerable.Repeat((byte)0, 199));
        bomb.AddRange([0x11, 0x82, 0x40, 0x00, .. new byte[0x4000]]); // 16,384 rows of 199 nothings and one octet
        Assert.False(CompactArray.TryExpand(bomb.ToArray(), new ArrayBufferWriter<byte>()));
    }
}
