using System.Globalization;
using Simulation.Dlms;
using Simulation.Dlms.Objects;

namespace Simulation.Truth;

/// <summary>A row as a subscriber must get it (CONTRACTS section 3).</summary>
/// <param name="Key">Identity of the row.</param>
/// <param name="Values">Exact integers as text, times as ISO 8601, in the order of the columns.</param>
/// <param name="Status">Hexadecimal.</param>
/// <param name="Flags">What the status means, separated by spaces.</param>
/// <param name="Quality">valid, suspect, invalid, partial.</param>
public sealed record RowTruth(string Key, string Values, string Status, string Flags, string Quality, int Occurrence, int Revision)
{
    private static readonly (int Bit, string Name, bool DsmrOnly)[] Bits =
        [(0x80, "PDN", false), (0x40, "RCV", true), (0x20, "CAD", false), (0x08, "DST", false), (0x04, "DNV", false), (0x02, "CIV", false), (0x01, "ERR", false)];

    /// <summary>What must arrive of a stored row, by the rules of the contract and nothing of the product.</summary>
    public static RowTruth Of(DlmsMeter meter, ProfileObject profile, StoredRow row)
    {
        var flags = Bits.Where(bit => (row.Status & bit.Bit) != 0 && (!bit.DsmrOnly || meter.Plan.Kind == "dsmr")).Select(bit => bit.Name).ToArray();
        var quality = flags.Any(flag => flag is "DNV" or "ERR") ? "invalid" : flags.Contains("CIV") ? "suspect" : flags.Any(flag => flag is "PDN" or "CAD") ? "partial" : "valid";
        return new RowTruth(KeyOf(meter, profile, row), string.Join(' ', row.Values.Select(value => value.Text(meter.Clock))), row.Status.ToString("x2", CultureInfo.InvariantCulture), string.Join(' ', flags), quality, row.Occurrence, 0);
    }

    /// <summary>UTC where the meter tells its deviation, else its own time; seconds only where there are any.</summary>
    public static string KeyOf(DlmsMeter meter, ProfileObject profile, StoredRow row)
    {
        var format = row.At.Second == 0 ? "yyyy-MM-ddTHH:mm" : "yyyy-MM-ddTHH:mm:ss";
        var instant = meter.Plan.Has(MeterFault.NoDeviation)
            ? "d:" + row.At.AddHours(MeterClock.IsSummer(row.At) ? 2 : 1).ToString(format, CultureInfo.InvariantCulture) : row.At.ToString(format, CultureInfo.InvariantCulture) + "Z";
        return string.Create(CultureInfo.InvariantCulture, $"{meter.Name}/{profile.Name}/{instant}/{row.Occurrence}");
    }

    /// <summary>What must arrive of a whole profile, in the order of the keys.</summary>
    public static IReadOnlyList<RowTruth> Of(DlmsMeter meter, ProfileObject profile) => [.. profile.Rows.Select(row => Of(meter, profile, row)).OrderBy(row => row.Key, StringComparer.Ordinal)];
}
