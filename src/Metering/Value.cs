using System.Globalization;
using System.Text;

namespace Metering;

/// <summary>Which of the closed family a value is; the order is part of the ledger format.</summary>
public enum ValueKind : byte
{
    None, Decimal, Real, Text, Instant, Octets, Bits, Bool,
}

/// <summary>
/// A value exactly as the meter sent it: a closed type, no rounding, no conversion that loses the original.
/// Text, octets and bits are slices of the decoder's buffer; <see cref="Owned"/> makes a copy that may be kept.
/// </summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly Int128 _bits;
    private readonly ReadOnlyMemory<byte> _octets;
    private readonly sbyte _scale; // power of ten of a decimal, width of a real

    private Value(ValueKind kind, Int128 bits, sbyte scale, ReadOnlyMemory<byte> octets)
    {
        Kind = kind;
        _bits = bits;
        _scale = scale;
        _octets = octets;
    }

    /// <summary>Which of the family.</summary>
    public ValueKind Kind { get; }

    /// <summary>Power of ten of a <see cref="ValueKind.Decimal"/>, else 0.</summary>
    public sbyte Exponent => Kind == ValueKind.Decimal ? _scale : (sbyte)0;

    /// <summary>Null-data, error nibbles, "not available".</summary>
    public static Value None => default;

    /// <summary>mantissa x 10^exponent.</summary>
    public static Value Decimal(Int128 mantissa, sbyte exponent) => new(ValueKind.Decimal, mantissa, exponent, default);

    /// <summary>An IEEE 754 number of 64 bits.</summary>
    public static Value Real(double value) => new(ValueKind.Real, BitConverter.DoubleToUInt64Bits(value), 64, default);

    /// <summary>An IEEE 754 number of 32 bits; it keeps its width so that its shortest text is that of the 32 bits.</summary>
    public static Value Real(float value) => new(ValueKind.Real, BitConverter.SingleToUInt32Bits(value), 32, default);

    /// <summary>Text as UTF-8 octets.</summary>
    public static Value Text(ReadOnlyMemory<byte> utf8) => new(ValueKind.Text, 0, 0, utf8);

    /// <summary>Text.</summary>
    public static Value Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    /// <summary>Octets without further meaning.</summary>
    public static Value Octets(ReadOnlyMemory<byte> octets) => new(ValueKind.Octets, 0, 0, octets);

    /// <summary>A bit string, first octet first as received.</summary>
    /// <param name="octets">The octets that hold the bits.</param>
    /// <param name="count">How many bits count.</param>
    public static Value Bits(ReadOnlyMemory<byte> octets, int count) => new(ValueKind.Bits, count, 0, octets);

    /// <summary>True or false.</summary>
    public static Value Bool(bool value) => new(ValueKind.Bool, value ? 1 : 0, 0, default);

    /// <summary>The time on the meter's clock.</summary>
    public static Value Instant(DeviceTime time) => new(ValueKind.Instant, Pack(time), 0, default);

    /// <summary>Mantissa of a decimal.</summary>
    public Int128 Mantissa => Kind == ValueKind.Decimal ? _bits : throw Wrong(ValueKind.Decimal);

    /// <summary>Width of a real as sent: 32 or 64 bits.</summary>
    public int RealWidth => Kind == ValueKind.Real ? _scale : throw Wrong(ValueKind.Real);

    /// <summary>The IEEE bits of a real, <see cref="RealWidth"/> of them.</summary>
    public ulong RealBits => Kind == ValueKind.Real ? (ulong)_bits : throw Wrong(ValueKind.Real);

    /// <summary>A real as a number.</summary>
    public double AsReal => RealWidth == 32 ? BitConverter.UInt32BitsToSingle((uint)RealBits) : BitConverter.UInt64BitsToDouble(RealBits);

    /// <summary>The octets of text (UTF-8), octets or bits.</summary>
    public ReadOnlyMemory<byte> AsOctets =>
        Kind is ValueKind.Text or ValueKind.Octets or ValueKind.Bits ? _octets : throw Wrong(ValueKind.Octets);

    /// <summary>How many bits a bit string has.</summary>
    public int BitCount => Kind == ValueKind.Bits ? (int)_bits : throw Wrong(ValueKind.Bits);

    /// <summary>A text as string.</summary>
    public string AsText => Kind == ValueKind.Text ? Encoding.UTF8.GetString(_octets.Span) : throw Wrong(ValueKind.Text);

    /// <summary>A truth value.</summary>
    public bool AsBool => Kind == ValueKind.Bool ? _bits != 0 : throw Wrong(ValueKind.Bool);

    /// <summary>A device time.</summary>
    public DeviceTime AsInstant => Kind == ValueKind.Instant ? Unpack(_bits) : throw Wrong(ValueKind.Instant);

    /// <summary>The same value with octets of its own, so that the decoder's buffer may be used again.</summary>
    public Value Owned() => _octets.IsEmpty ? this : new Value(Kind, _bits, _scale, _octets.ToArray());

    /// <inheritdoc/>
    public bool Equals(Value other) =>
        Kind == other.Kind && _bits == other._bits && _scale == other._scale && _octets.Span.SequenceEqual(other._octets.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, _bits, _scale, _octets.Length);

    public static bool operator ==(Value left, Value right) => left.Equals(right);
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>
    /// Exact text: a decimal written out (<c>123.456</c>), the shortest text that reads back to the same real, lower-case hex of octets and bits,
    /// ISO 8601 of a time, empty for none.
    /// </summary>
    public override string ToString() => Kind switch
    {
        ValueKind.None => "",
        ValueKind.Decimal => DecimalText.Write(_bits, _scale),
        ValueKind.Real => _scale == 32
            ? BitConverter.UInt32BitsToSingle((uint)_bits).ToString("R", CultureInfo.InvariantCulture)
            : AsReal.ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Text => AsText,
        ValueKind.Instant => AsInstant.ToString(),
        ValueKind.Bool => AsBool ? "true" : "false",
        _ => Convert.ToHexStringLower(_octets.Span),
    };

    // year 16 | month 8 | day 8 | hour 8 | minute 8 | second 8 | hundredths 8 | offset 16 | flags 8
    private static Int128 Pack(DeviceTime t)
    {
        var high = ((ulong)(ushort)t.OffsetMinutes << 8) | (byte)t.Flags;
        var low = ((ulong)t.Year << 48) | ((ulong)t.Month << 40) | ((ulong)t.Day << 32) | ((ulong)t.Hour << 24)
            | ((ulong)t.Minute << 16) | ((ulong)t.Second << 8) | t.Hundredths;
        return new Int128(high, low);
    }

    private static DeviceTime Unpack(Int128 bits)
    {
        var low = (ulong)(bits & ulong.MaxValue);
        var high = (ulong)(bits >> 64);
        return new DeviceTime(
            (ushort)(low >> 48), (byte)(low >> 40), (byte)(low >> 32), (byte)(low >> 24), (byte)(low >> 16), (byte)(low >> 8), (byte)low,
            (short)(ushort)(high >> 8), (DeviceTimeFlags)(byte)high);
    }

    private InvalidOperationException Wrong(ValueKind wanted) => new($"a {Kind} value is not {wanted}");
}
