namespace Protocols.Dlms.Model.Classes;

/// <summary>Types that need no definition.</summary>
internal static class CosemTypes
{
    internal static CosemType Any { get; } = CosemType.Parse("any", new Dictionary<string, CosemType>())!;
}
