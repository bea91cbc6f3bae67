using System.Globalization;
using Metering;

namespace Protocols.MBus.Records;

/// <summary>Takes a real to a decimal by its shortest round-trip text: no digit is invented.</summary>
internal static class RealText
{
    /// <summary>Nine digits and this many zeros fit the mantissa of a value.</summary>
    private const int MostPower = 20;

    /// <summary>real x 10^exponent as mantissa and power of ten.</summary>
    internal static Value ToDecimal(float real, int exponent)
    {
        var (mantissa, power) = Split(real);
        return Value.Decimal(mantissa, Clamp(power + exponent));
    }

    /// <summary>(real + thousandths / 1000) x 10^exponent; none where the two are so far apart that the sum has more digits than a value holds.</summary>
    internal static Value ToDecimal(float real, int exponent, int thousandths)
    {
        var (mantissa, power) = Split(real);
        if (Math.Abs(power) > MostPower)
        {
            return Value.None;
        }

        var low = Math.Min(power, -3);
        return Value.Decimal((mantissa * Ten(power - low)) + (thousandths * Ten(-3 - low)), Clamp(low + exponent));
    }

    private static (Int128 Mantissa, int Power) Split(float real)
    {
        var text = real.ToString("R", CultureInfo.InvariantCulture);
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var power = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        var digits = mark < 0 ? text : text[..mark];
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        power -= point < 0 ? 0 : digits.Length - point - 1;
        return (Int128.Parse(digits.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture), power);
    }

    private static sbyte Clamp(int power) => (sbyte)Math.Clamp(power, sbyte.MinValue, sbyte.MaxValue);

    private static Int128 Ten(int power)
    {
        Int128 result = 1;
        for (var i = 0; i < power; i++)
        {
            result *= 10;
        }

        return result;
    }
}
