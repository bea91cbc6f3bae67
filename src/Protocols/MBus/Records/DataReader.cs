using System.Buffers.Binary;
using Metering;

namespace Protocols.MBus.Records;

/// <summary>Reads the data of a record by the data field of its DIF (EN 13757-3 table 4) and the form its VIF asks for.</summary>
internal static class DataReader
{
    // Octets by data field; -1 variable.
    private static ReadOnlySpan<sbyte> Lengths => [0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, -1, 6, 0];

    /// <summary>Finds where the data stand. Where the next record begins, or -1 where the octets end.</summary>
    internal static int Measure(ReadOnlySpan<byte> octets, int at, ref MBusRecord record)
    {
        int length = Lengths[octets[record.DibAt] & 0x0F];
        if (length < 0)
        {
            if (at >= octets.Length)
            {
                return -1;
            }

            length = VariableLength(octets[at++], record.Form == VifForm.Container);
        }

        record.DataAt = at;
        record.DataLength = length;
        return length >= 0 && length <= octets.Length - at ? at + length : -1;
    }

    /// <summary>Fills in value, or error.</summary>
    internal static void Read(ReadOnlyMemory<byte> plain, ref MBusRecord record)
    {
        if (record.Error is not null)
        {
            return;
        }

        var field = plain.Span[record.DibAt] & 0x0F;
        var data = plain.Slice(record.DataAt, record.DataLength);
        switch (field)
        {
            case 0x00 or 0x08:
                break;
            case 0x05:
                ReadReal(data.Span, ref record);
                break;
            case 0x09 or 0x0A or 0x0B or 0x0C or 0x0E:
                ReadBcd(data.Span, ref record);
                break;
            case 0x0D:
                VariableReader.Read(plain, data, ref record);
                break;
            default:
                ReadInteger(data, ref record);
                break;
        }
    }

    /// <summary>A decimal with the record's power of ten and constant.</summary>
    internal static void SetNumber(Int128 number, ref MBusRecord record) => record.Value = record.Addend == 0
        ? Value.Decimal(number, record.Exponent)
        : Value.Decimal((number * 1000) + record.Addend, (sbyte)(record.Exponent - 3));

    /// <summary>BCD digits, low octet first; a top nibble F is a minus sign, any other letter makes it no number.</summary>
    internal static void ReadBcd(ReadOnlySpan<byte> data, ref MBusRecord record)
    {
        long number = 0;
        var negative = false;
        for (var i = data.Length - 1; i >= 0; i--)
        {
            var (high, low) = (data[i] >> 4, data[i] & 0x0F);
            if (i == data.Length - 1 && high == 0x0F && low <= 9)
            {
                (negative, high) = (true, 0);
            }

            if (high > 9 || low > 9)
            {
                record.Error = "no number: digits beyond 9";
                return;
            }

            number = (number * 100) + (high * 10) + low;
        }

        SetNumber(negative ? -number : number, ref record);
    }

    private static void ReadInteger(ReadOnlyMemory<byte> data, ref MBusRecord record)
    {
        switch (record.Form)
        {
            case VifForm.Date or VifForm.DateTime when DateReader.TryRead(data.Span, out var time):
                record.Value = Value.Instant(time);
                return;
            case VifForm.Bits:
                record.Value = Value.Bits(data, data.Length * 8);
                return;
            case VifForm.Container:
                record.Value = Value.Octets(data);
                return;
        }

        var unsigned = ReadUnsigned(data.Span);
        var bits = data.Length * 8;
        if (record.Form == VifForm.Unsigned)
        {
            SetNumber(unsigned, ref record);
        }
        else if (unsigned == 1UL << (bits - 1) && bits > 8)
        {
            record.Error = "not available";
        }
        else
        {
            SetNumber((long)(unsigned << (64 - bits)) >> (64 - bits), ref record);
        }
    }

    private static void ReadReal(ReadOnlySpan<byte> data, ref MBusRecord record)
    {
        var real = BinaryPrimitives.ReadSingleLittleEndian(data);
        if (!float.IsFinite(real))
        {
            record.Error = "no number: not finite";
            return;
        }

        // A real is kept as sent where its VIF scales by 1; a power of ten is applied to its shortest decimal, exactly.
        if (record.Addend != 0)
        {
            record.Value = RealText.ToDecimal(real, record.Exponent, record.Addend);
            record.Error = record.Value.Kind == ValueKind.None ? "no number: too far from the constant that is to be added" : null;
            return;
        }

        record.Value = record.Exponent == 0 ? Value.Real(real) : RealText.ToDecimal(real, record.Exponent);
    }

    private static ulong ReadUnsigned(ReadOnlySpan<byte> data)
    {
        ulong number = 0;
        for (var i = data.Length - 1; i >= 0; i--)
        {
            number = (number << 8) | data[i];
        }

        return number;
    }

    private static int VariableLength(byte length, bool container) => length switch
    {
        <= 0xBF => length,
        _ when container => -1,
        <= 0xC9 => length - 0xC0,
        >= 0xD0 and <= 0xD9 => length - 0xD0,
        >= 0xE0 and <= 0xEF => length - 0xE0,
        >= 0xF0 and <= 0xF4 => 4 * (length - 0xEC),
        0xF5 => 48,
        0xF6 => 64,
        _ => -1,
    };
}
