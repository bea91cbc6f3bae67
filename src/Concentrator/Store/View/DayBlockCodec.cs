using System.Buffers.Binary;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.View;

/// <summary>
/// A day block as octets: version, meter, profile, table of columns, rows that refer to it (sequences and times as differences), CRC-32C u32 little-endian over all of it.
/// LiteDB has no checksum of its own.
/// </summary>
internal static class DayBlockCodec
{
    private const byte Version = 1;
    private const byte Null = 0, Number = 1, Text = 2;

    internal static byte[] Write(DayBlock block)
    {
        var to = new OctetWriter();
        var columns = new Dictionary<BlockColumn, ulong>();
        foreach (var value in block.Entries.SelectMany(entry => entry.Values))
        {
            columns.TryAdd(value.Column, (ulong)columns.Count);
        }

        to.Byte(Version);
        to.Text(block.Meter.Text);
        to.Text(block.Profile);
        to.Number((ulong)columns.Count);
        foreach (var column in columns.Keys)
        {
            WriteColumn(to, column);
        }

        to.Number((ulong)block.Entries.Count);
        var before = (Sequence: 0UL, Ticks: 0L);
        foreach (var entry in block.Entries)
        {
            WriteEntry(to, entry, columns, ref before);
        }

        var octets = new byte[to.Written.Length + 4];
        to.Written.CopyTo(octets);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(octets.Length - 4), Crc32C.Compute(to.Written.Span));
        return octets;
    }

    /// <exception cref="InvalidDataException">The octets are not what was written.</exception>
    internal static DayBlock Read(ReadOnlyMemory<byte> octets)
    {
        if (octets.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(octets.Span[^4..]) != Crc32C.Compute(octets.Span[..^4]))
        {
            throw new InvalidDataException("the checksum of a day block does not hold");
        }

        var from = new OctetReader(octets[..^4]);
        if (from.Byte() != Version)
        {
            throw new InvalidDataException("a day block of another version");
        }

        var block = new DayBlock(MeterId.Parse(from.Text()), from.Text());
        var columns = new BlockColumn[from.Count()];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = ReadColumn(ref from);
        }

        var before = (Sequence: 0UL, Ticks: 0L);
        for (var left = from.Count(); left > 0; left--)
        {
            block.Append(ReadEntry(ref from, columns, ref before));
        }

        return block;
    }

    private static void WriteColumn(OctetWriter to, BlockColumn column)
    {
        to.Text(column.Id);
        to.Text(column.Obis);
        to.Number(column.Class);
        to.Byte(column.Attribute);
        to.Number(column.Index);
        to.Text(column.Unit);
    }

    private static BlockColumn ReadColumn(ref OctetReader from) =>
        new(from.Text(), from.OptionalText(), (ushort)from.Number(), from.Byte(), (ushort)from.Number(), from.Text());

    private static void WriteEntry(OctetWriter to, BlockEntry entry, Dictionary<BlockColumn, ulong> columns, ref (ulong Sequence, long Ticks) before)
    {
        var ticks = entry.ReceivedAt?.Ticks ?? 0;
        to.Signed(unchecked((long)(entry.Sequence - before.Sequence)));
        to.Signed(ticks - before.Ticks);
        before = (entry.Sequence, ticks);
        to.Number((ulong)entry.Revision);
        to.Text(entry.Instant);
        to.Number((ulong)entry.Occurrence);
        to.Text(entry.At);
        to.Number(entry.Status);
        to.Byte((byte)entry.Quality);
        to.Number((ulong)entry.Values.Count);
        foreach (var value in entry.Values)
        {
            to.Number(columns[value.Column]);
            to.Signed(value.Scaler);
            to.Byte(value.IsNumber ? Number : value.Text is null ? Null : Text);
            if (value.IsNumber)
            {
                to.Signed(value.Number);
            }
            else if (value.Text is { } text)
            {
                to.Text(text);
            }
        }
    }

    private static BlockEntry ReadEntry(ref OctetReader from, BlockColumn[] columns, ref (ulong Sequence, long Ticks) before)
    {
        before = (unchecked(before.Sequence + (ulong)from.Signed()), before.Ticks + from.Signed());
        var revision = (int)from.Number();
        var instant = from.Text();
        var occurrence = (int)from.Number();
        var at = from.OptionalText();
        var status = (uint)from.Number();
        var quality = (RowQuality)from.Byte();
        var values = new BlockValue[from.Count()];
        for (var i = 0; i < values.Length; i++)
        {
            var column = columns[from.Number()];
            var scaler = (int)from.Signed();
            values[i] = from.Byte() switch
            {
                Number => new BlockValue(column, scaler, from.Signed()),
                Text => new BlockValue(column, scaler, from.Text()),
                _ => new BlockValue(column, scaler, null),
            };
        }

        var receivedAt = before.Ticks == 0 ? (DateTime?)null : new DateTime(before.Ticks, DateTimeKind.Utc);
        return new BlockEntry(before.Sequence, revision, receivedAt, instant, occurrence, at, status, quality, values);
    }
}
