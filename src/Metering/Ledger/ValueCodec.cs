using System.Buffers.Binary;

namespace Metering.Ledger;

/// <summary>How a <see cref="Value"/> stands in a ledger payload: kind, then its octets; integers of up to 64 bits as varints.</summary>
internal static class ValueCodec
{
    private const byte Wide = 0x80; // a decimal whose mantissa needs 128 bits

    internal static void Write(OctetWriter to, in Value value)
    {
        switch (value.Kind)
        {
            case ValueKind.None:
                to.Byte(0);
                break;
            case ValueKind.Decimal:
                var wide = value.Mantissa > long.MaxValue || value.Mantissa < long.MinValue;
                to.Byte((byte)((byte)ValueKind.Decimal | (wide ? Wide : 0)));
                to.Signed(value.Exponent);
                if (wide)
                {
                    Span<byte> octets = stackalloc byte[16];
                    BinaryPrimitives.WriteInt128LittleEndian(octets, value.Mantissa);
                    to.Raw(octets);
                }
                else
                {
                    to.Signed((long)value.Mantissa);
                }

                break;
            case ValueKind.Real:
                to.Byte((byte)ValueKind.Real);
                to.Byte((byte)value.RealWidth);
                Span<byte> bits = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(bits, value.RealBits);
                to.Raw(bits[..(value.RealWidth / 8)]);
                break;
            case ValueKind.Instant:
                WriteInstant(to, value.AsInstant);
                break;
            case ValueKind.Bool:
                to.Byte((byte)ValueKind.Bool);
                to.Byte(value.AsBool ? (byte)1 : (byte)0);
                break;
            case ValueKind.Bits:
                to.Byte((byte)ValueKind.Bits);
                to.Number((ulong)value.BitCount);
                to.Octets(value.AsOctets.Span);
                break;
            default:
                to.Byte((byte)value.Kind);
                to.Octets(value.AsOctets.Span);
                break;
        }
    }

    internal static Value Read(ref OctetReader from)
    {
        var kind = from.Byte();
        switch ((ValueKind)(kind & ~Wide))
        {
            case ValueKind.None:
                return Value.None;
            case ValueKind.Decimal:
                var exponent = (sbyte)from.Signed();
                return Value.Decimal((kind & Wide) != 0 ? BinaryPrimitives.ReadInt128LittleEndian(from.Raw(16).Span) : from.Signed(), exponent);
            case ValueKind.Real:
                return from.Byte() == 32
                    ? Value.Real(BinaryPrimitives.ReadSingleLittleEndian(from.Raw(4).Span))
                    : Value.Real(BinaryPrimitives.ReadDoubleLittleEndian(from.Raw(8).Span));
            case ValueKind.Text:
                return Value.Text(from.Octets().ToArray());
            case ValueKind.Octets:
                return Value.Octets(from.Octets().ToArray());
            case ValueKind.Bits:
                var count = (int)from.Number();
                return Value.Bits(from.Octets().ToArray(), count);
            case ValueKind.Bool:
                return Value.Bool(from.Byte() != 0);
            case ValueKind.Instant:
                return Value.Instant(new DeviceTime(
                    (ushort)from.Number(), from.Byte(), from.Byte(), from.Byte(), from.Byte(), from.Byte(), from.Byte(),
                    (short)from.Signed(), (DeviceTimeFlags)from.Byte()));
            default:
                throw new InvalidDataException($"value of kind {kind}: written by a newer version");
        }
    }

    private static void WriteInstant(OctetWriter to, DeviceTime time)
    {
        to.Byte((byte)ValueKind.Instant);
        to.Number(time.Year);
        to.Raw([time.Month, time.Day, time.Hour, time.Minute, time.Second, time.Hundredths]);
        to.Signed(time.OffsetMinutes);
        to.Byte((byte)time.Flags);
    }
}
