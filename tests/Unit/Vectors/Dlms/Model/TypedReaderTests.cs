using Protocols.Dlms.Model.Classes;

namespace Unit.Vectors.Dlms.Model;

/// <summary>Data read by the definition of its attribute.</summary>
public class TypedReaderTests
{
    [Theory]
    [InlineData(3, 3, "02020FFF1623", "{scaler: -1, unit: 35}")]
    [InlineData(8, 2, "090C07EA0B17010B071E00FFC400", "2026-11-23T11:07:30+01:00")]
    [InlineData(7, 3, "01010204120008090600000100 00FF0F02120000", "[{class: 8, name: 0-0:1.0.0*255 (clock), attribute: 2, index: 0}]")]
    [InlineData(70, 2, "0301", "true")]
    [InlineData(18, 3, "040AA980", "1010100110")]
    [InlineData(20, 2, "090441424344", "41424344")]
    [InlineData(115, 6, "020216010401 80", "{status: 1, value: 1}")]
    public void An_attribute_is_told_with_the_names_of_its_elements(ushort id, int attribute, string hex, string text)
    {
        var read = TypedReader.Read(CosemClasses.All.Find(id)!.Attribute(attribute)!.Type, Hex(hex), out var deviation);
        Assert.Null(deviation);
        Assert.Equal(text, read);
    }

    [Theory]
    [InlineData(3, 3, "02020FFF1223 00", "unit: long-unsigned where enum is defined")]
    [InlineData(3, 3, "02010FFF", "1 elements where 2 are defined")]
    [InlineData(3, 3, "0600000000", "double-long-unsigned where {scaler:i8, unit:enum} is defined")]
    [InlineData(8, 2, "090407EA0B17", "4 octets where 12 are defined")]
    [InlineData(7, 3, "0101020412000809050000010000 0F02120000", "[1].name: 5 octets where 6 are defined")]
    [InlineData(70, 3, "1101", "unsigned where enum is defined")]
    public void What_deviates_is_read_all_the_same_and_said(ushort id, int attribute, string hex, string where)
    {
        Assert.NotNull(TypedReader.Read(CosemClasses.All.Find(id)!.Attribute(attribute)!.Type, Hex(hex), out var deviation));
        Assert.Equal(where, deviation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0202 0FFF")]
    [InlineData("1101 00")]
    public void Octets_that_are_no_single_Data_are_not_read(string hex)
    {
        Assert.Null(TypedReader.Read(CosemClasses.All.Find(1)!.Attribute(2)!.Type, Hex(hex), out var deviation));
        Assert.NotNull(deviation);
    }

    [Fact]
    public void Deep_nesting_is_refused()
    {
        byte[] deep = [.. Enumerable.Range(0, 20_000).SelectMany(_ => (byte[])[0x02, 0x01]), 0x00];
        Assert.Null(TypedReader.Read(CosemClasses.All.Find(1)!.Attribute(2)!.Type, deep, out _));
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
