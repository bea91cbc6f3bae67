using System.Text;
using System.Text.Json;

namespace Concentrator.Cli.Frames;

/// <summary>Fields of a message by their names in the document, as JSON: numbers as numbers, octets and addresses as hex, codes by their words.</summary>
internal static class UsiFields
{
    /// <summary>Writes one field.</summary>
    internal static void Write(Utf8JsonWriter to, string name, object? value)
    {
        switch (value)
        {
            case null:
                to.WriteNull(name);
                break;
            case bool flag:
                to.WriteBoolean(name, flag);
                break;
            case byte number:
                to.WriteNumber(name, number);
                break;
            case ushort number:
                to.WriteNumber(name, number);
                break;
            case int number:
                to.WriteNumber(name, number);
                break;
            case uint number:
                to.WriteNumber(name, number);
                break;
            case ReadOnlyMemory<byte> octets:
                to.WriteString(name, Convert.ToHexStringLower(octets.Span));
                break;
            case IReadOnlyList<(string, object?)[]> items:
                to.WriteStartArray(name);
                foreach (var item in items)
                {
                    to.WriteStartObject();
                    Array.ForEach(item, field => Write(to, field.Item1, field.Item2));
                    to.WriteEndObject();
                }

                to.WriteEndArray();
                break;
            case Enum code:
                to.WriteString(name, Dashed(code.ToString()));
                break;
            default:
                to.WriteString(name, value.ToString());
                break;
        }
    }

    /// <summary>Two octets of address or id, in hex.</summary>
    internal static string Hex(ushort value) => value.ToString("x4", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A name of the code in small letters with dashes; numbers stay what they are.</summary>
    internal static string Dashed(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            text.Append(char.IsAsciiLetterUpper(letter) && text.Length > 0 && text[^1] != ' ' ? "-" : "").Append(letter == ',' ? "" : char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
