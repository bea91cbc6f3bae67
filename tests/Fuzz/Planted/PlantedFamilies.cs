namespace Fuzz.Planted;

/// <summary>Families whose bugs are known.</summary>
internal static class PlantedFamilies
{
    internal static readonly IReadOnlyList<Family> All =
    [
        new("planted-magic", () => [new byte[16]], () => PlantedParser.Believe),
        new("planted-hang", () => [new byte[16]], () => PlantedParser.Turn),
        new("planted-depth", () => [[0x02, 0x02, 0x00]], () => PlantedParser.Descend) { Openers = [[0x02]] },
    ];
}
