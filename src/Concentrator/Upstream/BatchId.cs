using System.Globalization;
using System.Text.RegularExpressions;
using Metering.Ledger;

namespace Concentrator.Upstream;

/// <summary>Names a batch: <c>{bootId}.{class}.{first}-{last}</c>. An acknowledgement settles the sequences of that class in the range, for any past batch.</summary>
internal readonly partial record struct BatchId(ulong BootId, RecordClass Class, ulong First, ulong Last)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{BootId:x16}.{Class.ToString().ToLowerInvariant()}.{First}-{Last}");

    internal static bool TryParse(string? text, out BatchId id)
    {
        id = default;
        var match = text is null ? Match.Empty : Form().Match(text);
        if (!match.Success
            || !ulong.TryParse(match.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var boot)
            || !Enum.TryParse<RecordClass>(match.Groups[2].ValueSpan, ignoreCase: true, out var recordClass)
            || !ulong.TryParse(match.Groups[3].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !ulong.TryParse(match.Groups[4].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var last) || last < first)
        {
            return false;
        }

        id = new BatchId(boot, recordClass, first, last);
        return true;
    }

    [GeneratedRegex("^([0-9a-f]{1,16})\\.(alarm|order|reading|kept)\\.([0-9]{1,20})-([0-9]{1,20})$")]
    private static partial Regex Form();
}
