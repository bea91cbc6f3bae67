using System.Buffers.Binary;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.View;

/// <summary>
/// A day block as octets: version, meter, profile, table of columns, rows that refer to it (differences of sequence and time, then the rest with its length), CRC-32C u32 little-endian over all of it.
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
        var (sequence, ticks) = (0UL, 0L);
        var body = new OctetWriter();
        foreach (var entry in block.Entries)
        {
            var at = entry.ReceivedAt?.Ticks ?? 0;
            to.Signed(unchecked((long)(entry.Sequence - sequence)));
            to.Signed(at - ticks);
            (sequence, ticks) = (entry.Sequence, at);
            body.Clear();
            WriteBody(body, entry, columns);
            to.Octets(body.Written.Span);
        }

        var octets = new byte[to.Written.Length + 4];
        to.Written.CopyTo(octets);
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(octets.Length - 4), Crc32C.Compute(to.Written.Span));
        return octets;
    }

    /// <summary>Reads a block back.</summary>
    /// <param name="octets">As written.</param>
    /// <param name="wanted">Which rows, by sequence and time of reception; the others are passed over unread. Null means all.</param>
    /// <exception cref="InvalidDataException">The octets are not what was written.</exception>
    internal static DayBlock Read(ReadOnlyMemory<byte> octets, Func<ulong, DateTime?, bool>? wanted = null)
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

        var (sequence, ticks) = (0UL, 0L);
        for (var left = from.Count(); left > 0; left--)
        {
            sequence = unchecked(sequence + (ulong)from.Signed());
            ticks += from.Signed();
            var receivedAt = ticks == 0 ? (DateTime?)null : new DateTime(ticks, DateTimeKind.Utc);
            var body = from.Octets();
            if (wanted is null || wanted(sequence, receivedAt))
            {
                block.Append(ReadBody(new OctetReader(body), columns, sequence, receivedAt));
            }
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

    private static void WriteBody(OctetWriter to, BlockEntry entry, Dictionary<BlockColumn, ulong> columns)
    {
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

    private static BlockEntry ReadBody(OctetReader from, BlockColumn[] columns, ulong sequence, DateTime? receivedAt)
    {
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

        return new BlockEntry(sequence, revision, receivedAt, instant, occurrence, at, status, quality, values);
    }
}
