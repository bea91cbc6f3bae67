using System.Buffers.Binary;
using System.Globalization;
using Metering;
using Metering.Ledger;

namespace Unit.Flows.View;

/// <summary>Ledger payloads of telegrams written octet by octet from the format, because only Protocols can make readings.</summary>
public static class PayloadWriter
{
    public sealed record Field(string Dib, Obis Obis, UnitSymbol Unit, sbyte Scaler, Value Value);

    /// <summary>A telegram with one row.</summary>
    public static byte[] Telegram(string meter, string instant, int revision, IReadOnlyList<Field> fields, uint status = 0, StatusFlags flags = StatusFlags.None)
    {
        var to = Begun(meter, revision, "mbus", 0, null, null);
        to.Number((ulong)fields.Count);
        Span<byte> obis = stackalloc byte[8];
        foreach (var field in fields)
        {
            to.Byte(0);
            to.Octets(Convert.FromHexString(field.Dib));
            to.Number(1);
            BinaryPrimitives.WriteUInt64BigEndian(obis, field.Obis.Packed);
            to.Raw(obis[2..]);
            to.Byte((byte)field.Unit);
            if (field.Unit == UnitSymbol.Own)
            {
                to.Text("pulses");
            }
            else if (field.Unit == UnitSymbol.Unknown)
            {
                to.Byte(77);
            }

            to.Signed(field.Scaler);
            to.Byte((byte)ReadingKind.Register);
            to.Byte((byte)field.Value.Kind);
        }

        to.Number(1);
        to.Text(instant);
        to.Byte(0);
        to.Number(0);
        to.Byte((byte)RowClock.None);
        to.Byte((byte)RowZone.Assumed);
        to.Number(status);
        to.Number((ulong)flags);
        foreach (var field in fields)
        {
            WriteValue(to, field.Value);
        }

        return to.ToArray();
    }

    /// <summary>Rows of a profile that a task read, with their times in UTC and no columns.</summary>
    public static byte[] Profile(string meter, string profile, int periodSeconds, string task, IReadOnlyList<DateTime> rows, StampEdge stamp = StampEdge.None)
    {
        var to = Begun(meter, 0, profile, periodSeconds, task, "o1", stamp);
        to.Number(0);
        to.Number((ulong)rows.Count);
        foreach (var at in rows)
        {
            to.Text(at.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture));
            WriteValue(to, Value.Instant(new DeviceTime((ushort)at.Year, (byte)at.Month, (byte)at.Day, (byte)at.Hour, (byte)at.Minute, (byte)at.Second, 0, 0, DeviceTimeFlags.HasOffset)));
            to.Number(0);
            to.Byte((byte)RowClock.Ok);
            to.Byte((byte)RowZone.Deviation);
            to.Number(0);
            to.Number(0);
        }

        return to.ToArray();
    }

    /// <summary>A telegram that could not be decoded.</summary>
    public static byte[] Undecoded(string meter)
    {
        var to = new OctetWriter();
        to.Byte(2);
        to.Text(meter);
        to.Text("radio0");
        to.Text("wmbus");
        to.Text(null);
        to.Raw(new byte[8]);
        to.Octets([0x2E, 0x44]);
        to.Signed(5);
        to.Number(0);
        to.Number(0);
        to.Number(0);
        to.Byte(1);
        to.Text("no key");
        return to.ToArray();
    }

    private static OctetWriter Begun(string meter, int revision, string profile, int periodSeconds, string? task, string? order, StampEdge stamp = StampEdge.None)
    {
        var to = new OctetWriter();
        to.Byte(1 | 4); // has a block, has RSSI
        to.Text(meter);
        to.Text("radio0");
        to.Text("wmbus");
        to.Text("C1+T1");
        to.Signed(-71);
        to.Raw(new byte[8]);
        to.Octets([0x2E, 0x44, 0x01, 0x02]);
        to.Signed(0);
        to.Number(0);
        to.Number((ulong)revision);
        to.Number(0);
        to.Text(meter);
        to.Text(profile);
        to.Number((ulong)periodSeconds);
        to.Byte((byte)stamp);
        to.Text(null);
        to.Number(0);
        to.Text(null);
        to.Text(task);
        to.Text(order);
        return to;
    }

    private static void WriteValue(OctetWriter to, Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.None:
                to.Byte(0);
                break;
            case ValueKind.Decimal when value.Mantissa > long.MaxValue || value.Mantissa < long.MinValue:
                to.Byte(0x81);
                to.Signed(value.Exponent);
                Span<byte> wide = stackalloc byte[16];
                BinaryPrimitives.WriteInt128LittleEndian(wide, value.Mantissa);
                to.Raw(wide);
                break;
            case ValueKind.Decimal:
                to.Byte(1);
                to.Signed(value.Exponent);
                to.Signed((long)value.Mantissa);
                break;
            case ValueKind.Real:
                to.Byte(2);
                to.Byte((byte)value.RealWidth);
                Span<byte> bits = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(bits, value.RealBits);
                to.Raw(bits[..(value.RealWidth / 8)]);
                break;
            case ValueKind.Instant:
                var time = value.AsInstant;
                to.Byte(4);
                to.Number(time.Year);
                to.Raw([time.Month, time.Day, time.Hour, time.Minute, time.Second, time.Hundredths]);
                to.Signed(time.OffsetMinutes);
                to.Byte((byte)time.Flags);
                break;
            case ValueKind.Bits:
                to.Byte(6);
                to.Number((ulong)value.BitCount);
                to.Octets(value.AsOctets.Span);
                break;
            case ValueKind.Bool:
                to.Byte(7);
                to.Byte(value.AsBool ? (byte)1 : (byte)0);
                break;
            default:
                to.Byte((byte)value.Kind);
                to.Octets(value.AsOctets.Span);
                break;
        }
    }
}
