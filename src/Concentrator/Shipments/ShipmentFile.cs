using Concentrator.Ports;

namespace Concentrator.Shipments;

/// <summary>
/// Reads a shipment list: CSV with a header line that names its columns, in any order. What is wrong is said by line and column, all of it and not only the first; what only wants a look is said
/// and hinders nothing.
/// </summary>
internal static class ShipmentFile
{
    internal const int MostOctets = 32 * 1024 * 1024;
    internal const int MostRows = 100_000;

    /// <param name="profiles">Names of meter profiles there are.</param>
    internal static ShipmentList Parse(string text, IReadOnlyCollection<string> profiles)
    {
        var findings = new List<ShipmentFinding>();
        var rows = new List<ShipmentRow>();
        var columns = default(Dictionary<string, int>);
        var header = 0;
        foreach (var record in CsvText.Records(text))
        {
            if (record.Fault is not null)
            {
                findings.Add(new ShipmentFinding(record.Line, "", true, record.Fault));
            }
            else if (columns is null)
            {
                columns = Header(record, findings);
                header = record.Fields.Count;
                if (columns is null)
                {
                    return new ShipmentList([], findings);
                }
            }
            else if (rows.Count == MostRows)
            {
                findings.Add(new ShipmentFinding(record.Line, "", true, $"more than {MostRows} meters: no box reads so many; cut the list"));
                break;
            }
            else if (record.Fields.Count != header)
            {
                findings.Add(new ShipmentFinding(record.Line, "", true, $"the header line names {header} columns, and this line has {record.Fields.Count}"));
            }
            else
            {
                Row(record, columns, profiles, rows, findings);
            }
        }

        if (columns is null)
        {
            findings.Add(new ShipmentFinding(1, "", true, "the file is empty: it wants a header line that names its columns"));
        }

        ShipmentDuplicates.Find(rows, findings);
        Makers(rows, findings);
        return new ShipmentList(rows, findings);
    }

    private static void Row(CsvRecord record, Dictionary<string, int> columns, IReadOnlyCollection<string> profiles, List<ShipmentRow> rows, List<ShipmentFinding> findings)
    {
        var faults = 0;
        var fields = new ShipmentFields(
            column => columns.TryGetValue(column, out var at) ? record.Fields[at] : "",
            (column, isFault, sentence) =>
            {
                faults += isFault ? 1 : 0;
                findings.Add(new ShipmentFinding(record.Line, column, isFault, sentence));
            });
        var facts = fields.Facts(profiles);
        var keys = fields.Keys(facts);
        if (faults == 0)
        {
            rows.Add(new ShipmentRow(record.Line, facts, keys));
        }
    }

    private static Dictionary<string, int>? Header(CsvRecord record, List<ShipmentFinding> findings)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var hinders = false;
        for (var at = 0; at < record.Fields.Count; at++)
        {
            var name = record.Fields[at].ToLowerInvariant();
            if (!ShipmentFields.Columns.Contains(name))
            {
                findings.Add(new ShipmentFinding(record.Line, record.Fields[at], false, $"column {at + 1} is not known and is passed over; known are {string.Join(", ", ShipmentFields.Columns)}"));
            }
            else if (!columns.TryAdd(name, at))
            {
                hinders = true;
                findings.Add(new ShipmentFinding(record.Line, name, true, $"columns {columns[name] + 1} and {at + 1} have the same name"));
            }
        }

        if (!columns.ContainsKey("ldn") && !columns.ContainsKey("mbus"))
        {
            hinders = true;
            findings.Add(new ShipmentFinding(record.Line, "ldn", true, "the header line names no column ldn (nor mbus): without it no meter has a name"));
        }

        return hinders ? null : columns;
    }

    /// <summary>Each maker that is in no list, once: a letter that was mistaken shows so.</summary>
    private static void Makers(List<ShipmentRow> rows, List<ShipmentFinding> findings)
    {
        foreach (var maker in rows.GroupBy(row => row.Facts.Meter.Text[..3]).Where(maker => !MakersTable.Known.Contains(maker.Key)))
        {
            var (first, more) = (maker.First(), maker.Count() - 1);
            findings.Add(new ShipmentFinding(
                first.Line, first.Facts.Meter == first.Facts.MBus ? "mbus" : "ldn", false,
                $"maker {maker.Key} ({first.Facts.Meter}{(more > 0 ? $" and {more} more" : "")}) is none of the {MakersTable.Known.Count} FLAG letters this version knows: right, or mistyped?"));
        }
    }
}
