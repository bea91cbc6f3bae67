using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Simulation.HeadEnd.Orders;

/// <summary>
/// The one form of a JSON text that is signed, written a second time from RFC 8785: members by the UTF-16 units of their names, no blanks, the shortest escapes. Numbers as far as orders
/// have them: those that are written without an exponent.
/// </summary>
public static class CanonicalForm
{
    private const double Least = 1e-6, Most = 1e21;
    private static readonly Dictionary<char, string> Escapes = new() { ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r" };

    /// <summary>The form of a value.</summary>
    /// <exception cref="FormatException">It has a number that this form is not written for.</exception>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{Text(member.Name)}:{Of(member.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Of))}]",
        JsonValueKind.String => Text(value.GetString()!),
        JsonValueKind.Number => Number(value),
        _ => value.GetRawText(), // true, false, null
    };

    private static string Number(JsonElement value)
    {
        var number = value.GetDouble();
        return number == 0 ? "0"
            : Math.Abs(number) is >= Least and < Most ? decimal.Parse(number.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture).ToString("0.############################", CultureInfo.InvariantCulture)
            : throw new FormatException($"the number {value.GetRawText()} is written with an exponent, which orders do not need");
    }

    private static string Text(string text)
    {
        var to = new StringBuilder("\"");
        foreach (var letter in text)
        {
            _ = Escapes.TryGetValue(letter, out var escape) ? to.Append(escape) : letter < ' ' ? to.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") : to.Append(letter);
        }

        return to.Append('"').ToString();
    }
}
