using System.Collections.Frozen;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model.Classes;

/// <summary>The type of an attribute or a parameter, as the class definitions write it: one of some tags, or an array, or a structure with named elements, or a choice of these.</summary>
public sealed class CosemType
{
    private static readonly FrozenDictionary<string, AXdrTag[]> Simple = new Dictionary<string, AXdrTag[]>
    {
        ["null"] = [AXdrTag.Null], ["bool"] = [AXdrTag.Boolean], ["i8"] = [AXdrTag.Int8], ["i16"] = [AXdrTag.Int16], ["i32"] = [AXdrTag.Int32], ["i64"] = [AXdrTag.Int64], ["u8"] = [AXdrTag.UInt8],
        ["u16"] = [AXdrTag.UInt16], ["u32"] = [AXdrTag.UInt32], ["u64"] = [AXdrTag.UInt64], ["enum"] = [AXdrTag.Enum], ["bits"] = [AXdrTag.BitString], ["octets"] = [AXdrTag.OctetString],
        ["visible"] = [AXdrTag.VisibleString], ["utf8"] = [AXdrTag.Utf8String], ["bcd"] = [AXdrTag.Bcd], ["f32"] = [AXdrTag.Float32], ["f64"] = [AXdrTag.Float64],
        ["number"] = [AXdrTag.Int8, AXdrTag.Int16, AXdrTag.Int32, AXdrTag.Int64, AXdrTag.UInt8, AXdrTag.UInt16, AXdrTag.UInt32, AXdrTag.UInt64, AXdrTag.Float32, AXdrTag.Float64],
        ["time"] = [AXdrTag.OctetString, AXdrTag.DateTime], ["date"] = [AXdrTag.OctetString, AXdrTag.Date], ["clock"] = [AXdrTag.OctetString, AXdrTag.Time],
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, int> Lengths = new Dictionary<string, int> { ["time"] = 12, ["date"] = 5, ["clock"] = 4 }.ToFrozenDictionary();

    private CosemType(string text) => Text = text;

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>Anything fits.</summary>
    public bool IsAny { get; private init; }

    /// <summary>Tags of a simple value; empty for the others.</summary>
    public IReadOnlyList<AXdrTag> Tags { get; private init; } = [];

    /// <summary>Octets an octet string must have; 0 for any.</summary>
    public int Length { get; private init; }

    /// <summary>Type of an array's elements, or null.</summary>
    public CosemType? Element { get; private init; }

    /// <summary>Named elements of a structure; empty for the others.</summary>
    public IReadOnlyList<(string Name, CosemType Type)> Fields { get; private init; } = [];

    /// <summary>What it may be instead of one type; empty for the others.</summary>
    public IReadOnlyList<CosemType> Choices { get; private init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Reads a type.</summary>
    /// <param name="names">Types that have a name of their own.</param>
    /// <returns>Null where the text is none.</returns>
    public static CosemType? Parse(string text, IReadOnlyDictionary<string, CosemType> names)
    {
        var parts = Split(text, '|');
        if (parts.Count > 1)
        {
            var choices = parts.Select(part => Parse(part, names)).ToList();
            return choices.Contains(null) ? null : new CosemType(text) { Choices = choices! };
        }

        if (text == "any")
        {
            return new CosemType(text) { IsAny = true };
        }

        if (names.TryGetValue(text, out var known))
        {
            return known;
        }

        if (Simple.TryGetValue(text, out var tags))
        {
            return new CosemType(text) { Tags = tags, Length = Lengths.GetValueOrDefault(text) };
        }

        if (Inside(text, "octets(", ')') is { } length)
        {
            return int.TryParse(length, out var octets) ? new CosemType(text) { Tags = Simple["octets"], Length = octets } : null;
        }

        if (Inside(text, "array(", ')') is { } element)
        {
            return Parse(element, names) is { } type ? new CosemType(text) { Element = type } : null;
        }

        return Inside(text, "{", '}') is { } fields ? Structure(text, fields, names) : null;
    }

    private static CosemType? Structure(string text, string inside, IReadOnlyDictionary<string, CosemType> names)
    {
        var fields = new List<(string, CosemType)>();
        foreach (var field in Split(inside, ','))
        {
            var colon = field.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || Parse(field[(colon + 1)..], names) is not { } type)
            {
                return null;
            }

            fields.Add((field[..colon], type));
        }

        return new CosemType(text) { Fields = fields };
    }

    private static string? Inside(string text, string head, char tail) => text.StartsWith(head, StringComparison.Ordinal) && text[^1] == tail ? text[head.Length..^1] : null;

    /// <summary>Parts between separators that stand in no brackets.</summary>
    private static List<string> Split(string text, char separator)
    {
        var parts = new List<string>();
        var (depth, start) = (0, 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (depth == 0 && text[i] == separator))
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
                continue;
            }

            depth += text[i] is '(' or '{' ? 1 : text[i] is ')' or '}' ? -1 : 0;
        }

        return parts;
    }
}
