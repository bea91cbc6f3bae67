using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Unit.Properties.Dlms;

/// <summary>Decimals as meters hold them: exact, or not at all.</summary>
public class ScaledIntegerTests
{
    private static readonly AXdrTag[] Integers = [AXdrTag.Int8, AXdrTag.UInt8, AXdrTag.Int16, AXdrTag.UInt16, AXdrTag.Int32, AXdrTag.UInt32, AXdrTag.Int64, AXdrTag.UInt64];

    [Theory]
    [InlineData("16.25", -2, AXdrTag.UInt16, "120659")]
    [InlineData("4600", 0, AXdrTag.UInt32, "06000011F8")]
    [InlineData("4600", 2, AXdrTag.UInt8, "112E")]
    [InlineData("-1", 0, AXdrTag.Int8, "0FFF")]
    [InlineData("18446744073709551615", 0, AXdrTag.UInt64, "15FFFFFFFFFFFFFFFF")]
    public void A_decimal_becomes_the_meters_integer(string value, sbyte scaler, AXdrTag type, string data)
    {
        Assert.Equal(data, Convert.ToHexString(ScaledInteger.Write(Decimal(value), scaler, type, out var fault)!));
        Assert.Null(fault);
        Assert.Equal(Decimal(value), ScaledInteger.Read(Convert.FromHexString(data), scaler));
    }

    [Theory]
    [InlineData("0.1", 0, AXdrTag.UInt32, "finer")]
    [InlineData("4650", 2, AXdrTag.UInt8, "finer")]
    [InlineData("256", 0, AXdrTag.UInt8, "does not fit")]
    [InlineData("-1", 0, AXdrTag.UInt32, "does not fit")]
    [InlineData("79228162514264337593543950335", -3, AXdrTag.UInt64, "does not fit")]
    [InlineData("1", 0, AXdrTag.OctetString, "no integer")]
    [InlineData("1", 100, AXdrTag.UInt32, "leaves no digit")]
    public void What_cannot_be_held_exactly_is_refused_with_the_reason(string value, sbyte scaler, AXdrTag type, string why)
    {
        Assert.Null(ScaledInteger.Write(Decimal(value), scaler, type, out var fault));
        Assert.Contains(why, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_is_read_again() => Gen.Select(Gen.Int[-1_000_000, 1_000_000], Gen.Int[0, 4], Gen.SByte[-9, 9], Gen.Int[0, Integers.Length - 1]).Sample((mantissa, digits, scaler, at) =>
    {
        var type = Integers[at];
        var value = new decimal(Math.Abs(mantissa), 0, 0, mantissa < 0, (byte)digits);
        var data = ScaledInteger.Write(value, scaler, type, out var fault);
        Assert.Equal(data is null, fault is not null);
        Assert.True(data is null || ScaledInteger.Read(data, scaler) == value);
    });

    private static decimal Decimal(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
