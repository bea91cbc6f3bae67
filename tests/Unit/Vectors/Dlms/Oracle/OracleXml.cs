using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Unit.Vectors.Dlms.Oracle;

/// <summary>
/// What another program printed of a message: its elements in order, one line each (<c>ClassId=0008</c>, <c>Structure#2</c>), and what it deciphered, which it prints in comments.
/// </summary>
/// <param name="Lines">The message.</param>
/// <param name="Deciphered">The message inside a ciphered one; empty where it printed none.</param>
/// <param name="Plain">Its octets in hex; null where it printed none.</param>
internal sealed partial record OracleXml(IReadOnlyList<string> Lines, IReadOnlyList<string> Deciphered, string? Plain)
{
    /// <summary>Null where the text is no XML: it gave up in the middle.</summary>
    internal static OracleXml? Parse(string text)
    {
        var comments = Comment().Matches(text).Select(match => match.Groups[1].Value).ToList();
        var plain = comments.Select(comment => Decrypted().Match(comment)).FirstOrDefault(match => match.Success)?.Groups[1].Value.Replace(" ", "", StringComparison.Ordinal);
        var inner = comments.Where(comment => comment.Contains('<', StringComparison.Ordinal)).Select(comment => Remark().Replace(comment[comment.IndexOf('<', StringComparison.Ordinal)..], "")).ToList();
        try
        {
            return new OracleXml(LinesOf(Comment().Replace(text, "")), inner.Count == 0 ? [] : LinesOf(inner[0]), plain);
        }
        catch (System.Xml.XmlException)
        {
            return null;
        }
    }

    private static List<string> LinesOf(string xml) => [.. XDocument.Parse($"<all>{xml}</all>").Root!.Descendants().Select(LineOf)];

    private static string LineOf(XElement element)
    {
        var name = element.Name.LocalName;
        return name == "ArrayContents" ? $"{name}={string.Join(' ', element.Value.Split((char[])['\r', '\n', ' '], StringSplitOptions.RemoveEmptyEntries))}"
            : element.Attribute("Qty") is { } count ? $"{name}#{int.Parse(count.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)}"
            : (element.Attribute("Value") ?? element.Attribute("Name")) is { } value ? $"{name}={value.Value.Replace(" ", "", StringComparison.Ordinal)}" : name;
    }

    [GeneratedRegex("<!--(.*?)-->", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("Decrypt data: ([0-9A-F ]+)")]
    private static partial Regex Decrypted();

    [GeneratedRegex("^ *#.*$", RegexOptions.Multiline)]
    private static partial Regex Remark();
}
