using System.Text;
using Metering;

namespace Protocols.P1;

/// <summary>A value in brackets: <c>001581.123*kWh</c>.</summary>
internal static class P1Number
{
    private const int MostDigits = 36;

    /// <summary>Prefixed units to the closed list. Their power goes into the scaler.</summary>
    private static readonly (string Text, UnitSymbol Unit, sbyte Power)[] Units =
    [
        ("kWh", UnitSymbol.Wh, 3), ("Wh", UnitSymbol.Wh, 0), ("MWh", UnitSymbol.Wh, 6), ("kvarh", UnitSymbol.VArh, 3), ("varh", UnitSymbol.VArh, 0), ("Mvarh", UnitSymbol.VArh, 6),
        ("kVAh", UnitSymbol.VAh, 3), ("VAh", UnitSymbol.VAh, 0), ("kW", UnitSymbol.W, 3), ("W", UnitSymbol.W, 0), ("MW", UnitSymbol.W, 6), ("kvar", UnitSymbol.VAr, 3),
        ("var", UnitSymbol.VAr, 0), ("kVA", UnitSymbol.VA, 3), ("VA", UnitSymbol.VA, 0), ("V", UnitSymbol.V, 0), ("mV", UnitSymbol.V, -3), ("kV", UnitSymbol.V, 3), ("A", UnitSymbol.A, 0),
        ("mA", UnitSymbol.A, -3), ("Hz", UnitSymbol.Hz, 0), ("m3", UnitSymbol.CubicMetre, 0), ("dm3", UnitSymbol.CubicMetre, -3), ("l", UnitSymbol.CubicMetre, -3),
        ("m3/h", UnitSymbol.CubicMetrePerHour, 0), ("l/h", UnitSymbol.CubicMetrePerHour, -3), ("GJ", UnitSymbol.Joule, 9), ("MJ", UnitSymbol.Joule, 6), ("kJ", UnitSymbol.Joule, 3),
        ("J", UnitSymbol.Joule, 0), ("s", UnitSymbol.Second, 0), ("min", UnitSymbol.Minute, 0), ("h", UnitSymbol.Hour, 0), ("C", UnitSymbol.Celsius, 0), ("K", UnitSymbol.Kelvin, 0),
        ("bar", UnitSymbol.Bar, 0), ("%", UnitSymbol.Percent, 0),
    ];

    /// <summary>Reads number and unit; false where no number stands there.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out Value value, out Unit unit, out bool hasUnit)
    {
        (value, unit) = (Value.None, UnitSymbol.None);
        var star = text.IndexOf((byte)'*');
        hasUnit = star >= 0;
        if (!TryDecimal(star < 0 ? text : text[..star], out var mantissa, out var exponent))
        {
            return false;
        }

        if (hasUnit)
        {
            unit = UnitOf(text[(star + 1)..], out var power);
            exponent += power;
        }

        value = Value.Decimal(mantissa, (sbyte)exponent);
        return true;
    }

    /// <summary>A unit by its text; one that the closed list has not is the meter's own.</summary>
    internal static Unit UnitOf(ReadOnlySpan<byte> text, out int power)
    {
        Span<char> letters = stackalloc char[8];
        power = 0;
        if (text.Length <= letters.Length)
        {
            letters = letters[..Encoding.Latin1.GetChars(text, letters)];
            foreach (var comparison in (ReadOnlySpan<StringComparison>)[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
            {
                foreach (var known in Units)
                {
                    if (letters.Equals(known.Text, comparison) && (comparison == StringComparison.Ordinal || letters[0] is not ('m' or 'M')))
                    {
                        power = known.Power;
                        return known.Unit;
                    }
                }
            }
        }

        return new Unit(UnitSymbol.Own, Encoding.Latin1.GetString(text[..Math.Min(text.Length, 16)]));
    }

    private static bool TryDecimal(ReadOnlySpan<byte> text, out Int128 mantissa, out int exponent)
    {
        (mantissa, exponent) = (0, 0);
        var negative = !text.IsEmpty && text[0] == (byte)'-';
        text = !text.IsEmpty && text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        if (text.Length is 0 or > MostDigits)
        {
            return false;
        }

        var (digits, point) = (0, false);
        foreach (var octet in text)
        {
            if (octet == (byte)'.' && !point)
            {
                point = true;
            }
            else if (char.IsAsciiDigit((char)octet))
            {
                mantissa = (mantissa * 10) + (octet - '0');
                digits++;
                exponent -= point ? 1 : 0;
            }
            else
            {
                return false;
            }
        }

        mantissa = negative ? -mantissa : mantissa;
        return digits > 0;
    }
}
