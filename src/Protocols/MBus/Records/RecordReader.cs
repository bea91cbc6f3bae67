using Metering;

namespace Protocols.MBus.Records;

/// <summary>
/// Reads data records: <code>DIF [DIFE..10] VIF [text unit] [VIFE..10] data</code> (EN 13757-3 clause 6). Stops at a maker's tail, at reserved DIFs and at the end;
/// a record that does not fit gives those before it and says so.
/// </summary>
internal static class RecordReader
{
    /// <summary>Records of one telegram at most; a telegram of 255 octets holds 85 of the shortest.</summary>
    internal const int Most = 256;

    private const int MostExtensions = 10;

    /// <summary>Reads records into <paramref name="records"/>.</summary>
    /// <param name="tail">Where octets begin that no record explains; the end where all are explained.</param>
    /// <param name="truncated">True where the last record does not fit.</param>
    internal static int Read(ReadOnlyMemory<byte> plain, int at, Span<MBusRecord> records, out int tail, out bool truncated)
    {
        var octets = plain.Span;
        var count = 0;
        truncated = false;
        while (at < octets.Length && count < records.Length)
        {
            var dif = octets[at];
            if (dif == 0x2F)
            {
                at++;
                continue;
            }

            if ((dif & 0x0F) == 0x0F)
            {
                break; // 0F and 1F: the maker's data to the end; others reserved, or a global readout request
            }

            ref var record = ref records[count];
            var next = ReadHeader(octets, at, ref record);
            next = next < 0 ? next : DataReader.Measure(octets, next, ref record);
            if (next < 0)
            {
                truncated = true;
                break;
            }

            DataReader.Read(plain, ref record);
            record.Ordinal = OrdinalOf(octets, records[..count], record);
            at = next;
            count++;
        }

        tail = at;
        return count;
    }

    /// <summary>DIF to VIFE. Where the data begin, or -1 where the octets end.</summary>
    internal static int ReadHeader(ReadOnlySpan<byte> octets, int at, ref MBusRecord record)
    {
        record = default;
        record.DibAt = at;
        var dif = octets[at++];
        record.Function = (RecordFunction)(dif >> 4 & 3);
        record.Storage = (ulong)(dif >> 6 & 1);
        var more = (dif & 0x80) != 0;
        for (var k = 0; more; k++)
        {
            if (at >= octets.Length || k == MostExtensions)
            {
                return -1;
            }

            var dife = octets[at++];
            record.Storage |= (ulong)(dife & 0x0F) << (1 + (4 * k));
            record.Tariff |= (uint)(dife >> 4 & 3) << (2 * k);
            record.Subunit |= (uint)(dife >> 6 & 1) << k;
            more = (dife & 0x80) != 0;
        }

        at = ReadVif(octets, at, ref record);
        record.DibLength = at - record.DibAt;
        return at;
    }

    private static int ReadVif(ReadOnlySpan<byte> octets, int at, ref MBusRecord record)
    {
        if (at >= octets.Length)
        {
            return -1;
        }

        var vif = octets[at++];
        var more = (vif & 0x80) != 0;
        var code = vif & 0x7F;
        switch (code)
        {
            case 0x7B or 0x7D or 0x6F when more:
                if (at >= octets.Length)
                {
                    return -1;
                }

                var extended = octets[at++];
                more = (extended & 0x80) != 0;
                Take(code switch { 0x7B => VifTable.Fb[extended & 0x7F], 0x7D => VifTable.Fd[extended & 0x7F], _ => VifTable.Primary[0x6F] }, ref record);
                break;
            case 0x7C:
                at = ReadTextUnit(octets, at, ref record);
                break;
            default:
                Take(VifTable.Primary[code], ref record);
                record.Labels |= code == 0x7F ? RecordLabels.Maker : RecordLabels.None;
                break;
        }

        for (var k = 0; more && at >= 0; k++)
        {
            if (at >= octets.Length || k == MostExtensions)
            {
                return -1;
            }

            var vife = octets[at++];
            more = (vife & 0x80) != 0;
            if ((record.Labels & RecordLabels.Maker) == 0)
            {
                var second = -1;
                if ((vife & 0x7F) == 0x7C && more)
                {
                    if (at >= octets.Length)
                    {
                        return -1;
                    }

                    second = octets[at] & 0x7F;
                    more = (octets[at++] & 0x80) != 0;
                }

                VifeReader.Apply(vife & 0x7F, second, ref record);
            }
        }

        return at;
    }

    /// <summary>VIF 7C: length and the unit's letters, last one first.</summary>
    private static int ReadTextUnit(ReadOnlySpan<byte> octets, int at, ref MBusRecord record)
    {
        if (at >= octets.Length || octets[at] > octets.Length - at - 1)
        {
            return -1;
        }

        var length = octets[at++];
        Span<char> text = stackalloc char[length];
        for (var i = 0; i < length; i++)
        {
            var octet = octets[at + length - 1 - i];
            text[i] = octet < 0x20 ? ' ' : (char)octet;
        }

        Take(new VifEntry("plain_text", UnitSymbol.Own, 0, VifForm.Number, ReadingKind.Instant, new string(text)), ref record);
        return at + length;
    }

    private static void Take(in VifEntry entry, ref MBusRecord record)
    {
        record.Quantity = entry.Quantity;
        record.Unit = entry.OwnUnit is null ? new Unit(entry.Unit) : new Unit(UnitSymbol.Own, entry.OwnUnit);
        record.Exponent = entry.Exponent;
        record.Form = entry.Form;
        record.Kind = record.Function is RecordFunction.Maximum ? ReadingKind.Max : entry.Kind;
    }

    private static ushort OrdinalOf(ReadOnlySpan<byte> octets, ReadOnlySpan<MBusRecord> before, in MBusRecord record)
    {
        ushort ordinal = 1;
        var dib = octets.Slice(record.DibAt, record.DibLength);
        foreach (ref readonly var other in before)
        {
            ordinal += octets.Slice(other.DibAt, other.DibLength).SequenceEqual(dib) ? (ushort)1 : (ushort)0;
        }

        return ordinal;
    }
}
