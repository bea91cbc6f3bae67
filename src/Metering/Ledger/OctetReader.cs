using System.Text;

namespace Metering.Ledger;

/// <summary>Reads what <see cref="OctetWriter"/> wrote; every length is checked against what is left before it is believed.</summary>
/// <remarks>The payload passed its CRC, so what does not fit was written by another version: that is an exception, not weather.</remarks>
public ref struct OctetReader(ReadOnlyMemory<byte> source)
{
    private readonly ReadOnlyMemory<byte> _source = source;
    private int _at;

    /// <summary>True where everything was read.</summary>
    public readonly bool AtEnd => _at == _source.Length;

    public byte Byte() => Take(1).Span[0];

    public ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var octet = Byte();
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
            {
                return value;
            }
        }

        throw Broken("a number of more than 10 octets");
    }

    public long Signed()
    {
        var value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A count of items of at least one octet each.</summary>
    public int Count()
    {
        var count = Number();
        return count <= (ulong)(_source.Length - _at) ? (int)count : throw Broken($"{count} items in {_source.Length - _at} octets");
    }

    public ReadOnlyMemory<byte> Raw(int length) => Take(length);

    public ReadOnlyMemory<byte> Octets() => Take(Count());

    public string Text() => Encoding.UTF8.GetString(Take(Count()).Span);

    public string? OptionalText() => Text() is { Length: > 0 } text ? text : null;

    /// <summary>A UTC instant in ticks; null for 0.</summary>
    public DateTime? Instant() => Number() switch
    {
        0 => null,
        var ticks and <= long.MaxValue when (long)ticks <= DateTime.MaxValue.Ticks => new DateTime((long)ticks, DateTimeKind.Utc),
        var ticks => throw new InvalidDataException($"{ticks} is no instant"),
    };

    private ReadOnlyMemory<byte> Take(int length)
    {
        if (length < 0 || length > _source.Length - _at)
        {
            throw Broken($"{length} octets wanted, {_source.Length - _at} left");
        }

        _at += length;
        return _source.Slice(_at - length, length);
    }

    private readonly InvalidDataException Broken(string what) => new($"ledger payload at octet {_at}: {what}");
}
