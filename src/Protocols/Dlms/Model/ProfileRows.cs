using System.Buffers;
using System.Buffers.Binary;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>One cell of a profile: an integer, or where its octets lie.</summary>
/// <param name="Tag">Its type; <see cref="AXdrTag.Null"/> where nothing was sent and nothing came before.</param>
/// <param name="Number">The integer; 64 unsigned bits where the tag says so.</param>
/// <param name="At">Where its content begins.</param>
/// <param name="Length">Octets of its content; bits of a bit string.</param>
/// <param name="IsRepeated">null-data was sent: it is as in the row before.</param>
public readonly record struct ProfileCell(AXdrTag Tag, long Number, int At, int Length, bool IsRepeated);

/// <summary>
/// The buffer of a profile as cells: one pass, no garbage once it has its size. null-data repeats the cell above, deltas are added to it (IEC 62056-6-2 clause 4.3.6; spec of delta types).
/// </summary>
public sealed class ProfileRows
{
    private ProfileCell[] _cells = [];
    private byte[]? _expanded;

    /// <summary>Columns of a row.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>The cells of a row.</summary>
    public ReadOnlySpan<ProfileCell> this[int row] => _cells.AsSpan(row * Columns, Columns);

    /// <summary>The octets of a cell that is no integer.</summary>
    /// <param name="data">What was read.</param>
    public ReadOnlySpan<byte> OctetsOf(in ProfileCell cell, ReadOnlySpan<byte> data) =>
        (_expanded ?? data).Slice(cell.At, cell.Tag == AXdrTag.BitString ? (cell.Length + 7) / 8 : cell.Length);

    /// <summary>Reads a buffer: an array, or a compact array, of structures.</summary>
    /// <param name="columns">How many columns a row must have.</param>
    /// <returns>Null, or why it cannot be read.</returns>
    public string? Read(ReadOnlySpan<byte> data, int columns)
    {
        (_expanded, Columns, Count) = (null, columns, 0);
        var reader = new AXdrReader(data);
        if (!reader.TryItem(out var head))
        {
            return "the buffer is no Data";
        }

        if (head.Tag == AXdrTag.CompactArray)
        {
            var to = new ArrayBufferWriter<byte>();
            if (!CompactArray.TryExpand(head.Content, to))
            {
                return "the buffer is a compact array that does not fit its own type";
            }

            data = _expanded = to.WrittenSpan.ToArray();
            reader = new AXdrReader(data);
            reader.TryItem(out head);
        }

        if (head.Tag == AXdrTag.Null)
        {
            return null; // an empty buffer of meters that have no empty array
        }

        if (head.Tag != AXdrTag.Array || (long)head.Count * columns > data.Length)
        {
            return "the buffer is no array of rows";
        }

        if (_cells.Length < head.Count * columns)
        {
            _cells = new ProfileCell[head.Count * columns];
        }

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
                    cells[column] = new ProfileCell(AXdrTag.UInt32, BinaryPrimitives.ReadUInt32BigEndian(data[(at + 1)..]), at + 1, 4, false);
                    at += 5;
                    continue;
                case AXdrTag.UInt8 when left > 1:
                    cells[column] = new ProfileCell(AXdrTag.UInt8, data[at + 1], at + 1, 1, false);
                    at += 2;
                    continue;
                case AXdrTag.OctetString when left > 1 && data[at + 1] < 0x80 && data[at + 1] <= left - 2:
                    cells[column] = new ProfileCell(AXdrTag.OctetString, 0, at + 2, data[at + 1], false);
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
        var (at, length) = (end - item.Content.Length, item.Content.Length);
        cell = default;
        switch (item.Tag)
        {
            case AXdrTag.Null:
                cell = above.Tag == AXdrTag.Null ? default : above with { IsRepeated = true };
                return true;
            case AXdrTag.OctetString or AXdrTag.VisibleString or AXdrTag.Utf8String or AXdrTag.DateTime or AXdrTag.Date or AXdrTag.Time or AXdrTag.Float32 or AXdrTag.Float64:
                cell = new ProfileCell(item.Tag, 0, at, length, false);
                return true;
            case AXdrTag.BitString:
                cell = new ProfileCell(item.Tag, 0, at, item.Count, false);
                return true;
            case >= AXdrTag.DeltaInt8 and <= AXdrTag.DeltaUInt32:
                if (above.Tag == AXdrTag.Null || !AXdrNumbers.TryInteger(item, out var delta))
                {
                    return false;
                }

                cell = above with { Number = unchecked(above.Number + (long)delta), IsRepeated = false };
                return true;
            default:
                if (!AXdrNumbers.TryInteger(item, out var number))
                {
                    return false;
                }

                cell = new ProfileCell(item.Tag, unchecked((long)(ulong)(UInt128)number), at, length, false);
                return true;
        }
    }
}
