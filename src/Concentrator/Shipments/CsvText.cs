using System.Text;

namespace Concentrator.Shipments;

/// <summary>One record of a CSV text.</summary>
/// <param name="Line">The line it begins on, from 1.</param>
/// <param name="Fault">What does not fit, or null.</param>
internal sealed record CsvRecord(int Line, IReadOnlyList<string> Fields, string? Fault);

/// <summary>
/// Reads CSV (RFC 4180): quoted fields with doubled quotes, CR LF or LF. The separator is what the header line uses: comma, semicolon or tab. Fields are trimmed; empty lines are passed over.
/// </summary>
internal static class CsvText
{
    /// <summary>No field is longer: what is longer has lost its closing quote.</summary>
    internal const int MostField = 512;

    private const int MostFields = 64;

    internal static IEnumerable<CsvRecord> Records(string text)
    {
        var at = text.StartsWith('\uFEFF') ? 1 : 0;
        var separator = SeparatorOf(text);
        var field = new StringBuilder();
        for (var line = 1; at < text.Length;)
        {
            var began = line;
            var record = Record(text, separator, field, ref at, ref line);
            if (record.Fault is not null || record.Fields.Count > 1 || record.Fields[0].Length > 0)
            {
                yield return record with { Line = began };
            }
        }
    }

    private static CsvRecord Record(string text, char separator, StringBuilder field, ref int at, ref int line)
    {
        var fields = new List<string>();
        string? fault = null;
        var isQuoted = false;
        field.Clear();
        while (true)
        {
            var end = at == text.Length;
            var letter = end ? '\n' : text[at++];
            if (isQuoted && !end)
            {
                if (letter != '"')
                {
                    line += letter == '\n' ? 1 : 0;
                    field.Append(letter);
                }
                else if (at < text.Length && text[at] == '"')
                {
                    field.Append('"');
                    at++;
                }
                else
                {
                    isQuoted = false;
                }
            }
            else if (letter == '"' && field.ToString().AsSpan().Trim().IsEmpty)
            {
                isQuoted = true;
                field.Clear();
            }
            else if (letter == separator || letter == '\n')
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
                if (letter == '\n')
                {
                    line += end ? 0 : 1;
                    return new CsvRecord(line, fields, fault ?? (isQuoted ? "a quote is opened and never closed" : null));
                }
            }
            else
            {
                field.Append(letter);
            }

            if (field.Length > MostField || fields.Count > MostFields)
            {
                fault ??= field.Length > MostField ? $"field {fields.Count + 1} is longer than {MostField} characters: is a quote not closed?" : $"more than {MostFields} fields";
                isQuoted = false;
                field.Clear();
                SkipLine(text, ref at);
                line++;
                return new CsvRecord(line, fields, fault);
            }
        }
    }

    private static void SkipLine(string text, ref int at)
    {
        var end = text.IndexOf('\n', at);
        at = end < 0 ? text.Length : end + 1;
    }

    private static char SeparatorOf(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        var header = text.AsSpan(0, end < 0 ? Math.Min(text.Length, 4096) : Math.Min(end, 4096));
        return header.Contains(',') ? ',' : header.Contains(';') ? ';' : header.Contains('\t') ? '\t' : ',';
    }
}
