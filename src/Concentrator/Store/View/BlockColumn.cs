namespace Concentrator.Store.View;

/// <summary>What the values of one column are, as an archived row names it.</summary>
internal sealed record BlockColumn(string Id, string? Obis, ushort Class, byte Attribute, ushort Index, string Unit);
