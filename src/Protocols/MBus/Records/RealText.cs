using System.Globalization;
using Metering;

namespace Protocols.MBus.Records;

/// <summary>Takes a real to a decimal by its shortest round-trip text: no digit is invented.</summary>
internal static class RealText
{
    /// <summary>real x 10^exponent as mantissa and power of ten.</summary>
    internal static Value ToDecimal(float real, int exponent)
    {
        var text = real.ToString("E8", CultureInfo.InvariantCulture);
        var shortest = real.ToString("R", CultureInfo.InvariantCulture);
        if (!shortest.Contains('E', StringComparison.Ordinal))
        {
            text = shortest;
        }

        var mark = text.IndexOf('E', StringComparison.Ordinal);
        var power = mark < 0 ? 0 : int.Parse(text.AsSpan(mark + 1), CultureInfo.InvariantCulture);
        var digits = mark < 0 ? text : text[..mark];
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        power -= point < 0 ? 0 : digits.Length - point - 1;
        var mantissa = Int128.Parse(digits.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        return Value.Decimal(mantissa, (sbyte)Math.Clamp(power + exponent, sbyte.MinValue, sbyte.MaxValue));
    }
}
