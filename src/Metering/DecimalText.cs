using System.Globalization;

namespace Metering;

/// <summary>Exact text of mantissa x 10^exponent, without rounding and without an exponent sign.</summary>
internal static class DecimalText
{
    /// <summary>Beyond this many zeros the power is written as <c>E</c>, so that a hostile exponent cannot make a long text.</summary>
    private const int MostZeros = 40;

    internal static string Write(Int128 mantissa, int exponent)
    {
        var digits = mantissa.ToString(CultureInfo.InvariantCulture);
        if (exponent == 0 || mantissa == 0)
        {
            return digits;
        }

        if (Math.Abs(exponent) > MostZeros)
        {
            return digits + "E" + exponent.ToString(CultureInfo.InvariantCulture);
        }

        if (exponent > 0)
        {
            return digits + new string('0', exponent);
        }

        var sign = digits[0] == '-' ? "-" : "";
        var plain = digits.AsSpan(sign.Length);
        var places = -exponent;
        var padded = plain.Length <= places ? new string('0', places - plain.Length + 1) + plain.ToString() : plain.ToString();
        var fraction = padded[^places..].TrimEnd('0');
        return fraction.Length == 0 ? sign + padded[..^places] : $"{sign}{padded[..^places]}.{fraction}";
    }
}
