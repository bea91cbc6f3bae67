using System.Buffers.Binary;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>
/// The buffer of a profile as cells: one pass, no garbage once it has its size. null-data repeats the cell above, deltas are added to it (IEC 62056-6-2 clause 4.3.6; spec of delta types).
/// </summary>
public sealed class ProfileRows
{
    private ProfileCell[] _cells = [];

    /// <summary>Columns of a row.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>The cells of a row.</summary>
    public ReadOnlySpan<ProfileCell> this[int row] => _cells.AsSpan(row * Columns, Columns);

    /// <summary>The octets of a cell; none of a number.</summary>
    /// <param name="data">What was read.</param>
    public static ReadOnlySpan<byte> OctetsOf(in ProfileCell cell, ReadOnlySpan<byte> data) =>
        cell.HasOctets ? data.Slice(cell.At, cell.Tag == AXdrTag.BitString ? (cell.Length + 7) / 8 : cell.Length) : default;

    /// <summary>Reads a buffer: an array, or a compact array, of structures.</summary>
    /// <param name="columns">How many columns a row must have.</param>
    /// <returns>Null, or why it cannot be read.</returns>
    public string? Read(ReadOnlySpan<byte> data, int columns)
    {
        (Columns, Count) = (columns, 0);
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var head))
        {
            return "the buffer is no Data";
        }

        if (head.Tag == AXdrTag.CompactArray)
        {
            return ReadCompact(head.Content, reader.Position);
        }

        if (head.Tag == AXdrTag.Null)
        {
            return null; // an empty buffer of meters that have no empty array
        }

        if (head.Tag != AXdrTag.Array || (long)head.Count * columns > data.Length)
        {
            return "the buffer is no array of rows";
        }

        Reserve(head.Count);
        var at = reader.Position;
        for (var row = 0; row < head.Count; row++)
        {
            if (columns < 0x80 && at + 1 < data.Length && data[at] == (byte)AXdrTag.Structure && data[at + 1] == columns)
            {
                at += 2;
            }
            else if (HeadOf(data, ref at, row, columns) is { } fault)
            {
                return fault;
            }

            if (!ReadRow(data, ref at, row))
            {
                return $"row {row + 1} holds a cell that is no simple value";
            }
        }

        Count = head.Count;
        return null;
    }

    private void Reserve(int rows)
    {
        if (_cells.Length < rows * Columns)
        {
            _cells = new ProfileCell[rows * Columns];
        }
    }

    /// <param name="end">Where the compact array ends.</param>
    private string? ReadCompact(ReadOnlySpan<byte> compact, int end)
    {
        if (!CompactRows.TryOpen(compact, out var rows) || rows.Count() is var count && (count < 0 || (long)count * rows.Columns > compact.Length))
        {
            return "the buffer is a compact array that does not fit its own type, or holds more than simple values";
        }

        if (rows.Columns != Columns)
        {
            return $"row 1 has {rows.Columns} columns where {Columns} were captured: the meter's capture objects changed";
        }

        Reserve(count);
        for (var i = 0; i < count * Columns; i++)
        {
            rows.TryNext(out var item);
            if (!TryCell(item, end - rows.Length + rows.Position, i < Columns ? default : _cells[i - Columns], out _cells[i]))
            {
                return $"row {(i / Columns) + 1} holds a cell that is no simple value";
            }
        }

        Count = count;
        return null;
    }

    /// <summary>The head of a row that is not the usual one: its count in the long form, or a fault.</summary>
    private static string? HeadOf(ReadOnlySpan<byte> data, ref int at, int row, int columns)
    {
        var reader = new AXdrReader(data[at..]);
        if (!reader.TryItem(out var structure) || structure.Tag != AXdrTag.Structure)
        {
            return $"row {row + 1} is no structure";
        }

        at += reader.Position;
        return structure.Count == columns ? null : $"row {row + 1} has {structure.Count} columns where {columns} were captured: the meter's capture objects changed";
    }

    private bool ReadRow(ReadOnlySpan<byte> data, ref int at, int row)
    {
        var cells = _cells.AsSpan(row * Columns, Columns);
        var above = row > 0 ? _cells.AsSpan((row - 1) * Columns, Columns) : default;
        for (var column = 0; column < cells.Length; column++)
        {
            // What nearly every cell is, without going through the reader.
            var left = data.Length - at;
            switch (left > 0 ? (AXdrTag)data[at] : AXdrTag.DontCare)
            {
                case AXdrTag.UInt32 when left > 4:
                    cells[column] = ProfileCell.OfNumber(AXdrTag.UInt32, BinaryPrimitives.ReadUInt32BigEndian(data[(at + 1)..]));
                    at += 5;
                    continue;
                case AXdrTag.UInt8 when left > 1:
                    cells[column] = ProfileCell.OfNumber(AXdrTag.UInt8, data[at + 1]);
                    at += 2;
                    continue;
                case AXdrTag.OctetString when left > 1 && data[at + 1] < 0x80 && data[at + 1] <= left - 2:
                    cells[column] = ProfileCell.OfOctets(AXdrTag.OctetString, at + 2, data[at + 1]);
                    at += 2 + data[at + 1];
                    continue;
            }

            var reader = new AXdrReader(data[at..]);
            if (!reader.TryItem(out var item) || !TryCell(item, at + reader.Position, above.IsEmpty ? default : above[column], out cells[column]))
            {
                return false;
            }

            at += reader.Position;
        }

        return true;
    }

    /// <param name="end">Where the item ends.</param>
    /// <param name="above">The cell of the row before; nothing in the first row.</param>
    private static bool TryCell(in AXdrItem item, int end, in ProfileCell above, out ProfileCell cell)
    {
        cell = default;
        switch (item.Tag)
        {
            case AXdrTag.Null:
                cell = above.Tag == AXdrTag.Null ? default : above.Repeated();
                return true;
            case AXdrTag.OctetString or AXdrTag.VisibleString or AXdrTag.Utf8String or AXdrTag.DateTime or AXdrTag.Date or AXdrTag.Time or AXdrTag.Float32 or AXdrTag.Float64:
                cell = ProfileCell.OfOctets(item.Tag, end - item.Content.Length, item.Content.Length);
                return true;
            case AXdrTag.BitString:
                cell = ProfileCell.OfOctets(item.Tag, end - item.Content.Length, item.Count);
                return true;
            case >= AXdrTag.DeltaInt8 and <= AXdrTag.DeltaUInt32:
                if (above.Tag == AXdrTag.Null || above.HasOctets || !AXdrNumbers.TryInteger(item, out var delta))
                {
                    return false;
                }

                cell = above.Plus((long)delta);
                return true;
            default:
                if (!AXdrNumbers.TryInteger(item, out var number))
                {
                    return false;
                }

                cell = ProfileCell.OfNumber(item.Tag, unchecked((long)(ulong)(UInt128)number));
                return true;
        }
    }
}
