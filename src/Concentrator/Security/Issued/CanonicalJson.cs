using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Concentrator.Security.Issued;

/// <summary>JSON in the one form that is signed (RFC 8785): members sorted by the UTF-16 units of their names, numbers as ECMAScript writes doubles, nothing between tokens.</summary>
internal static class CanonicalJson
{
    /// <summary>Writes a value.</summary>
    /// <param name="without">Member of the outermost object that is left out, or null.</param>
    /// <returns>What has no such form (I-JSON, RFC 7493), or null.</returns>
    internal static string? Write(JsonElement value, IBufferWriter<byte> to, string? without = null)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return WriteObject(value, to, without);
            case JsonValueKind.Array:
                return WriteArray(value, to);
            case JsonValueKind.String:
                return TextOf(value.GetString) is { } text ? WriteText(text, to) : "a string holds half of a surrogate pair, or octets that are no UTF-8";
            case JsonValueKind.Number:
                return value.TryGetDouble(out var number) && double.IsFinite(number) ? Put(Number(number), to) : $"the number {value.GetRawText()} is no double";
            default:
                return Put(value.GetRawText(), to);
        }
    }

    /// <summary>A double as ECMAScript's Number::toString writes it: the fewest digits that give it back, exponents from 1e21 and below 1e-6.</summary>
    internal static string Number(double number)
    {
        if (number == 0)
        {
            return "0"; // also minus zero
        }

        var round = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture); // the fewest digits, but laid out in .NET's way
        var e = round.IndexOf('E', StringComparison.Ordinal);
        var mantissa = e < 0 ? round : round[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa.Length : point;
        var all = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = all.TrimStart('0');
        var exponent = whole - (all.Length - digits.Length) + (e < 0 ? 0 : int.Parse(round.AsSpan(e + 1), CultureInfo.InvariantCulture));
        digits = digits.TrimEnd('0');
        return (number < 0 ? "-" : "") + Lay(digits, exponent);
    }

    /// <param name="exponent">n of the specification: where the decimal point stands among the digits.</param>
    private static string Lay(string digits, int exponent) =>
        exponent is > 0 and <= 21 ? digits.Length <= exponent ? digits.PadRight(exponent, '0') : $"{digits[..exponent]}.{digits[exponent..]}"
        : exponent is > -6 and <= 0 ? "0." + new string('0', -exponent) + digits
        : $"{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent > 0 ? "+" : "-")}{Math.Abs(exponent - 1).ToString(CultureInfo.InvariantCulture)}";

    private static string? WriteObject(JsonElement value, IBufferWriter<byte> to, string? without)
    {
        var members = new List<(string Name, JsonElement Value)>();
        foreach (var member in value.EnumerateObject())
        {
            if (TextOf(() => member.Name) is not { } name)
            {
                return "a name holds half of a surrogate pair, or octets that are no UTF-8";
            }

            if (name != without)
            {
                members.Add((name, member.Value));
            }
        }

        members.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        Put("{", to);
        for (var i = 0; i < members.Count; i++)
        {
            if (i > 0 && members[i].Name == members[i - 1].Name)
            {
                return $"\"{members[i].Name}\" stands twice in one object";
            }

            Put(i > 0 ? "," : "", to);
            WriteText(members[i].Name, to);
            Put(":", to);
            if (Write(members[i].Value, to) is { } fault)
            {
                return fault;
            }
        }

        return Put("}", to);
    }

    private static string? WriteArray(JsonElement value, IBufferWriter<byte> to)
    {
        var isFirst = true;
        Put("[", to);
        foreach (var item in value.EnumerateArray())
        {
            Put(isFirst ? "" : ",", to);
            isFirst = false;
            if (Write(item, to) is { } fault)
            {
                return fault;
            }
        }

        return Put("]", to);
    }

    private static string? WriteText(string text, IBufferWriter<byte> to)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        foreach (var letter in text)
        {
            _ = letter switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\b' => escaped.Append("\\b"),
                '\t' => escaped.Append("\\t"),
                '\n' => escaped.Append("\\n"),
                '\f' => escaped.Append("\\f"),
                '\r' => escaped.Append("\\r"),
                < ' ' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => escaped.Append(letter),
            };
        }

        return Put(escaped.Append('"').ToString(), to);
    }

    /// <summary>The text; null where it is none in Unicode.</summary>
    private static string? TextOf(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null; // the reader's way to say that it cannot be transcoded
        }
    }

    private static string? Put(string text, IBufferWriter<byte> to)
    {
        Encoding.UTF8.GetBytes(text, to);
        return null;
    }
}
