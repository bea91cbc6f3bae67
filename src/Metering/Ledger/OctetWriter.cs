using System.Buffers;
using System.Text;

namespace Metering.Ledger;

/// <summary>Writes the fields of a ledger payload: varints (7 bits an octet, low first), zigzag for signed, lengths before octets.</summary>
public sealed class OctetWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.WrittenMemory;

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => _buffer.WrittenSpan.ToArray();

    /// <summary>Starts again.</summary>
    public void Clear() => _buffer.ResetWrittenCount();

    public void Byte(byte value)
    {
        _buffer.GetSpan(1)[0] = value;
        _buffer.Advance(1);
    }

    public void Number(ulong value)
    {
        var span = _buffer.GetSpan(10);
        var length = 0;
        while (value >= 0x80)
        {
            span[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[length++] = (byte)value;
        _buffer.Advance(length);
    }

    /// <summary>A UTC instant in ticks; 0 for null.</summary>
    public void Instant(DateTime? utc) => Number((ulong)(utc?.Ticks ?? 0));

    public void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    public void Raw(ReadOnlySpan<byte> octets) => _buffer.Write(octets);

    public void Octets(ReadOnlySpan<byte> octets)
    {
        Number((ulong)octets.Length);
        _buffer.Write(octets);
    }

    public void Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            Number(0);
            return;
        }

        Number((ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, _buffer);
    }
}
