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

        for (var row = 0; row < head.Count; row++)
        {
            if (!reader.TryItem(out var structure) || structure.Tag != AXdrTag.Structure)
            {
                return $"row {row + 1} is no structure";
            }

            if (structure.Count != columns)
            {
                return $"row {row + 1} has {structure.Count} columns where {columns} were captured: the meter's capture objects changed";
            }

            if (!ReadRow(ref reader, row, columns))
            {
                return $"row {row + 1} holds a cell that is no simple value";
            }
        }

        Count = head.Count;
        return null;
    }

    private bool ReadRow(ref AXdrReader reader, int row, int columns)
    {
        var cells = _cells.AsSpan(row * columns, columns);
        var above = row > 0 ? _cells.AsSpan((row - 1) * columns, columns) : default;
        for (var column = 0; column < columns; column++)
        {
            if (!reader.TryItem(out var item))
            {
                return false;
            }

            var at = reader.Position - item.Content.Length;
            var content = item.Content;
            switch (item.Tag)
            {
                case AXdrTag.Null:
                    cells[column] = above.IsEmpty ? default : above[column] with { IsRepeated = true };
                    break;
                case AXdrTag.UInt32:
                    cells[column] = new ProfileCell(AXdrTag.UInt32, BinaryPrimitives.ReadUInt32BigEndian(content), at, 4, false);
                    break;
                case AXdrTag.OctetString or AXdrTag.VisibleString or AXdrTag.Utf8String or AXdrTag.DateTime or AXdrTag.Date or AXdrTag.Time or AXdrTag.Float32 or AXdrTag.Float64:
                    cells[column] = new ProfileCell(item.Tag, 0, at, content.Length, false);
                    break;
                case AXdrTag.BitString:
                    cells[column] = new ProfileCell(item.Tag, 0, at, item.Count, false);
                    break;
                case >= AXdrTag.DeltaInt8 and <= AXdrTag.DeltaUInt32:
                    if (above.IsEmpty || above[column].Tag == AXdrTag.Null || !AXdrNumbers.TryInteger(item, out var delta))
                    {
                        return false;
                    }

                    cells[column] = above[column] with { Number = unchecked(above[column].Number + (long)delta), IsRepeated = false };
                    break;
                default:
                    if (!AXdrNumbers.TryInteger(item, out var number))
                    {
                        return false;
                    }

                    cells[column] = new ProfileCell(item.Tag, unchecked((long)(ulong)(UInt128)number), at, content.Length, false);
                    break;
            }
        }

        return true;
    }
}
