using System.Globalization;
using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.View;

/// <summary>From a ledger record to the values as tools see them: texts, nothing rounded.</summary>
internal static class Flatten
{
    /// <summary>The values of a record, row by row; none where it holds none.</summary>
    /// <exception cref="InvalidDataException">Written by a newer version.</exception>
    internal static IEnumerable<ArchivedRow> ToArchived(StoredRecord stored) =>
        LedgerRecord.Parse(stored.Time, stored.Payload) is { Block: { } block } record
            ? Entries(stored, record, block).SelectMany(entry => entry.Values, (entry, value) => entry.ToRow(block.Meter, block.Profile, value))
            : [];

    /// <summary>The rows of a record's block.</summary>
    internal static List<BlockEntry> Entries(StoredRecord stored, LedgerRecord record, ReadingBlock block)
    {
        var columns = new BlockColumn[block.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Column(block.Columns[i]);
        }

        var entries = new List<BlockEntry>(block.Rows.Length);
        for (var row = 0; row < block.Rows.Length; row++)
        {
            var facts = block.Rows[row];
            var values = new BlockValue[columns.Length];
            for (var i = 0; i < values.Length; i++)
            {
                var value = block.ValuesOf(row)[i];
                values[i] = new BlockValue(columns[i], value.Kind == ValueKind.Decimal ? value.Exponent : block.Columns[i].Scaler, TextOf(value));
            }

            entries.Add(new BlockEntry(
                stored.Sequence, record.Revision, stored.Time.Utc, facts.Instant, facts.Occurrence, facts.At?.ToString(), facts.Status, facts.Quality, values));
        }

        return entries;
    }

    /// <summary>
    /// A decimal as its mantissa (the scaler stands beside it), null for null-data, everything else as <see cref="Value.ToString"/>:
    /// shortest text of a real, text, ISO 8601 of a device time, hex of octets and bits.
    /// </summary>
    internal static string? TextOf(in Value value) => value.Kind switch
    {
        ValueKind.None => null,
        ValueKind.Decimal => value.Mantissa.ToString(CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static BlockColumn Column(in Column column) => new(
        column.Id.ToString(), column.Obis.IsNone ? null : column.Obis.ToString(), column.Id.ClassId, column.Id.Attribute, column.Id.Index, column.Unit.WireText);
}
