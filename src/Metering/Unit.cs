namespace Metering;

/// <summary>The closed list of units; the order is part of the ledger format, add only at the end.</summary>
public enum UnitSymbol : byte
{
    None, Wh, VAh, VArh, W, VA, VAr, V, A, Hz, CubicMetre, CubicMetrePerHour, CubicMetrePerMinute, CubicMetrePerSecond,
    Kilogram, Tonne, KilogramPerHour, Joule, JoulePerHour, Celsius, Kelvin, Bar, Pascal, Second, Minute, Hour, Day, Month, Year,
    Percent, Degree, PartsPerMillion, DecibelMilliwatt, CubicMetreCelsius, HeatCostAllocator, Count, Own, Unknown,
}

/// <summary>
/// A unit of the closed list, the meter's own text, or an unknown number. Prefixes (kilo, milli) never stand here: they go into the scaler.
/// </summary>
/// <param name="Symbol">Which of the list.</param>
/// <param name="OwnText">The meter's own text where <paramref name="Symbol"/> is <see cref="UnitSymbol.Own"/>, else null.</param>
/// <param name="WireCode">The COSEM number as received where <paramref name="Symbol"/> is <see cref="UnitSymbol.Unknown"/>, else 0.</param>
public readonly record struct Unit(UnitSymbol Symbol, string? OwnText = null, byte WireCode = 0)
{
    /// <summary>COSEM unit number (IEC 62056-6-2 table of enum unit); 255 (no unit) where COSEM has none.</summary>
    public byte CosemCode => Symbol == UnitSymbol.Unknown ? WireCode : UnitTable.CosemCodes[(int)Symbol];

    /// <summary>A unit by its symbol in the list.</summary>
    public static implicit operator Unit(UnitSymbol symbol) => new(symbol);

    /// <summary>A unit by its symbol in the list.</summary>
    public static Unit FromUnitSymbol(UnitSymbol symbol) => new(symbol);

    /// <summary>A unit by its COSEM number; an unlisted number is kept as unknown, never refused.</summary>
    public static Unit FromCosem(byte code)
    {
        var index = UnitTable.CosemCodes.IndexOf(code);
        return code is 255 ? UnitSymbol.Count : index > 0 ? new Unit((UnitSymbol)index) : new Unit(UnitSymbol.Unknown, null, code);
    }

    /// <summary>As head-ends and tools get it: a symbol of the list (<c>1</c> for no unit), <c>text:</c> + the meter's own, or <c>?</c>, whose number is <see cref="CosemCode"/>.</summary>
    public string WireText => Symbol switch
    {
        UnitSymbol.None => UnitTable.Symbols[(int)UnitSymbol.Count],
        UnitSymbol.Unknown => "?",
        _ => ToString(),
    };

    /// <summary>The symbol of the list, <c>text:</c> + the meter's own, <c>?</c> + the number, or empty for none.</summary>
    public override string ToString() => Symbol switch
    {
        UnitSymbol.Own => "text:" + OwnText,
        UnitSymbol.Unknown => "?" + WireCode.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => UnitTable.Symbols[(int)Symbol],
    };

    /// <summary>The opposite of <see cref="ToString"/>. False for text that is neither in the list nor marked.</summary>
    public static bool TryParse(string text, out Unit unit)
    {
        unit = default;
        if (text.StartsWith("text:", StringComparison.Ordinal))
        {
            unit = new Unit(UnitSymbol.Own, text[5..]);
            return true;
        }

        if (text.StartsWith('?'))
        {
            var known = byte.TryParse(text.AsSpan(1), out var code);
            unit = new Unit(UnitSymbol.Unknown, null, code);
            return known;
        }

        var index = Array.IndexOf(UnitTable.Symbols, text);
        unit = (UnitSymbol)Math.Max(0, index);
        return index >= 0;
    }
}
