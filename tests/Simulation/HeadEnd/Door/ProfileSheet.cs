using System.Globalization;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Simulation.HeadEnd.Door;

/// <summary>A column of a profile whose values are told: neither clock nor status.</summary>
internal sealed record SheetColumn(int Index, CaptureObject Captured, sbyte Scaler, byte Unit)
{
    /// <summary>Its id in messages and truth files.</summary>
    internal string Id => string.Create(CultureInfo.InvariantCulture, $"{Captured.ClassId}/{Captured.Name}/{Captured.Attribute}.{Captured.Index}");
}

/// <summary>A row as it came.</summary>
/// <param name="At">Its time, UTC.</param>
/// <param name="Cells">One for each capture object; integers as they are on the wire.</param>
internal sealed record SheetRow(DateTime At, IReadOnlyList<string> Cells);

/// <summary>Rows of a profile, taken out of its buffer.</summary>
internal static class ProfileSheet
{
    /// <summary>Columns that hold values: the rest are the clock and the status words (0-0:96.10.x).</summary>
    internal static bool IsValue(CaptureObject column) => !column.IsClock && column.Name is not { C: 96, D: 10 };

    /// <summary>The rows of a buffer.</summary>
    /// <exception cref="DoorException">They do not fit the capture objects, or have no time.</exception>
    internal static IReadOnlyList<SheetRow> Read(ReadOnlySpan<byte> buffer, CaptureObject[] columns)
    {
        var reader = new AXdrReader(buffer);
        var clock = Array.FindIndex(columns, column => column.IsClock);
        if (!reader.TryItem(out var list) || list.Tag != AXdrTag.Array || clock < 0)
        {
            throw new DoorException("the buffer is no array, or its profile has no clock", isRefusal: false);
        }

        var rows = new List<SheetRow>();
        for (var i = 0; i < list.Count; i++)
        {
            if (!reader.TryItem(out var head) || head.Tag != AXdrTag.Structure || head.Count != columns.Length)
            {
                throw new DoorException($"row {i + 1} has not the {columns.Length} columns of its capture objects", isRefusal: false);
            }

            var (cells, at) = (new string[columns.Length], (DateTime?)null);
            for (var column = 0; column < columns.Length; column++)
            {
                if (column == clock)
                {
                    var before = reader.Position;
                    at = reader.TryItem(out var time) && time.Tag == AXdrTag.OctetString && CosemTime.TryRead(time.Content, DeviationSign.Standard, out var told) ? told.ToUtc() : null;
                    cells[column] = at?.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture) ?? $"no time at octet {before}";
                }
                else
                {
                    cells[column] = DataText.Next(ref reader) ?? throw new DoorException($"row {i + 1} ends in its column {column + 1}", isRefusal: false);
                }
            }

            rows.Add(new SheetRow(at ?? throw new DoorException($"row {i + 1} has no time with a deviation", isRefusal: false), cells));
        }

        return rows;
    }

    /// <summary>A value with its scaler, exactly.</summary>
    internal static string Scaled(string value, sbyte scaler) => !decimal.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || scaler == 0 ? value
        : scaler < 0 ? (number / Power(-scaler)).ToString("F" + -scaler, CultureInfo.InvariantCulture) : (number * Power(scaler)).ToString(CultureInfo.InvariantCulture);

    /// <summary>Part of a row's key (CONTRACTS section 3): seconds only where there are any.</summary>
    internal static string InstantOf(DateTime at) => at.ToString(at.Second == 0 ? "yyyy-MM-ddTHH:mm" : "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + "Z";

    private static decimal Power(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < exponent; i++)
        {
            power *= 10;
        }

        return power;
    }
}
