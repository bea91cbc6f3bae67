namespace Metering;

/// <summary>Symbols and COSEM numbers of the closed unit list, in the order of <see cref="UnitSymbol"/>.</summary>
internal static class UnitTable
{
    internal static readonly string[] Symbols =
    [
        "", "Wh", "VAh", "varh", "W", "VA", "var", "V", "A", "Hz", "m3", "m3/h", "m3/min", "m3/s",
        "kg", "t", "kg/h", "J", "J/h", "Cel", "K", "bar", "Pa", "s", "min", "h", "d", "mo", "a",
        "%", "deg", "ppm", "dBm", "m3.Cel", "HCA", "1", "text:", "?",
    ];

    /// <summary>255 is COSEM's "no unit", and stands for units that COSEM does not have; 0 where the number came with the unit.</summary>
    internal static ReadOnlySpan<byte> CosemCodes =>
    [
        255, 30, 31, 32, 27, 28, 29, 35, 33, 44, 13, 15, 255, 255,
        20, 255, 255, 25, 26, 9, 52, 24, 23, 7, 6, 5, 4, 2, 1,
        56, 8, 255, 70, 255, 255, 255, 255, 0,
    ];
}
