using System.Buffers.Binary;

namespace Protocols.MBus.Records;

/// <summary>
/// Record headers by signature: the published ones, and those learned from full frames per (manufacturer, version, type), since a signature of 16 bits can collide between
/// meter types. Bounded: the oldest learned go.
/// </summary>
internal sealed class FormatTable
{
    private const int Most = 4096;
    private static readonly Dictionary<ushort, byte[]> Known = KnownFormatTable.Headers.Select(Convert.FromHexString).ToDictionary(headers => Crc16.Compute(headers));
    private readonly Dictionary<ulong, byte[]> _learned = [];
    private readonly Queue<ulong> _order = new();
    private readonly byte[] _headers = new byte[512];

    /// <summary>Learns from the records of a full frame.</summary>
    internal void Learn(DeviceAddress meter, ReadOnlySpan<byte> octets, ReadOnlySpan<MBusRecord> records)
    {
        var length = 0;
        foreach (ref readonly var record in records)
        {
            if (length + record.DibLength > _headers.Length)
            {
                return;
            }

            octets.Slice(record.DibAt, record.DibLength).CopyTo(_headers.AsSpan(length));
            length += record.DibLength;
        }

        var headers = _headers.AsSpan(0, length);
        var key = KeyOf(meter, Crc16.Compute(headers));
        if (length == 0 || _learned.ContainsKey(key))
        {
            return;
        }

        if (_order.Count >= Most)
        {
            _learned.Remove(_order.Dequeue());
        }

        _learned[key] = headers.ToArray();
        _order.Enqueue(key);
    }

    /// <summary>
    /// Rebuilds the full frame of a compact one: <code>signature u16 | CRC of the full frame u16 | data</code>
    /// </summary>
    /// <returns>Octets written; 0 where the headers are not known, -1 where the rebuilt frame's CRC does not hold.</returns>
    internal int Rebuild(DeviceAddress meter, ReadOnlySpan<byte> compact, Span<byte> full)
    {
        if (compact.Length < 4)
        {
            return -1;
        }

        var signature = BinaryPrimitives.ReadUInt16LittleEndian(compact);
        if (!_learned.TryGetValue(KeyOf(meter, signature), out var headers) && !Known.TryGetValue(signature, out headers))
        {
            return 0;
        }

        var data = compact[4..];
        var (written, at) = (0, 0);
        while (at < headers.Length)
        {
            MBusRecord record = default;
            var next = RecordReader.ReadHeader(headers, at, ref record);
            var measured = next < 0 ? -1 : MeasureData(headers, at, data, record);
            if (measured < 0 || measured > data.Length || written + (next - at) + measured > full.Length)
            {
                return -1;
            }

            headers.AsSpan(at, next - at).CopyTo(full[written..]);
            written += next - at;
            data[..measured].CopyTo(full[written..]);
            written += measured;
            data = data[measured..];
            at = next;
        }

        if (Crc16.Compute(full[..written]) == BinaryPrimitives.ReadUInt16LittleEndian(compact[2..]))
        {
            return written;
        }

        // Octets may follow the last record (a maker's tail); they are part of the full frame.
        if (written + data.Length <= full.Length)
        {
            data.CopyTo(full[written..]);
            if (Crc16.Compute(full[..(written + data.Length)]) == BinaryPrimitives.ReadUInt16LittleEndian(compact[2..]))
            {
                return written + data.Length;
            }
        }

        return -1;
    }

    /// <summary>Octets a record's data take in a compact frame, the length octet of variable data included.</summary>
    private static int MeasureData(ReadOnlySpan<byte> headers, int dib, ReadOnlySpan<byte> data, in MBusRecord record)
    {
        Span<byte> probe = stackalloc byte[1 + Math.Min(data.Length, 256)];
        probe[0] = headers[dib];
        data[..(probe.Length - 1)].CopyTo(probe[1..]);
        var copy = record;
        copy.DibAt = 0;
        var end = DataReader.Measure(probe, 1, ref copy);
        return end < 0 ? -1 : end - 1;
    }

    private static ulong KeyOf(DeviceAddress meter, ushort signature) =>
        ((ulong)meter.Manufacturer << 32) | ((ulong)meter.Version << 24) | ((ulong)meter.Type << 16) | signature;
}
