using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Metering;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>Writes Data element by element, in the words of the standard.</summary>
public sealed class DataWriter
{
    private readonly ArrayBufferWriter<byte> _to = new();

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _to.WrittenSpan.ToArray();

    /// <summary>null-data.</summary>
    public DataWriter Null() => Tag(AXdrTag.Null);

    /// <summary>The head of an array; its elements follow.</summary>
    public DataWriter Array(int count) => Counted(AXdrTag.Array, count);

    /// <summary>The head of a structure; its elements follow.</summary>
    public DataWriter Structure(int count) => Counted(AXdrTag.Structure, count);

    /// <summary>boolean.</summary>
    public DataWriter Boolean(bool value) => Tag(AXdrTag.Boolean).Octet(value ? (byte)1 : (byte)0);

    /// <summary>integer.</summary>
    public DataWriter Int8(sbyte value) => Tag(AXdrTag.Int8).Octet((byte)value);

    /// <summary>unsigned.</summary>
    public DataWriter UInt8(byte value) => Tag(AXdrTag.UInt8).Octet(value);

    /// <summary>enum.</summary>
    public DataWriter Enum(byte value) => Tag(AXdrTag.Enum).Octet(value);

    /// <summary>long.</summary>
    public DataWriter Int16(short value) => Tag(AXdrTag.Int16).Number(2, (ulong)value);

    /// <summary>long-unsigned.</summary>
    public DataWriter UInt16(ushort value) => Tag(AXdrTag.UInt16).Number(2, value);

    /// <summary>double-long.</summary>
    public DataWriter Int32(int value) => Tag(AXdrTag.Int32).Number(4, (ulong)value);

    /// <summary>double-long-unsigned.</summary>
    public DataWriter UInt32(uint value) => Tag(AXdrTag.UInt32).Number(4, value);

    /// <summary>long64.</summary>
    public DataWriter Int64(long value) => Tag(AXdrTag.Int64).Number(8, (ulong)value);

    /// <summary>long64-unsigned.</summary>
    public DataWriter UInt64(ulong value) => Tag(AXdrTag.UInt64).Number(8, value);

    /// <summary>octet-string.</summary>
    public DataWriter Octets(ReadOnlySpan<byte> octets)
    {
        Tag(AXdrTag.OctetString);
        AXdrWriter.WriteOctets(_to, octets);
        return this;
    }

    /// <summary>visible-string.</summary>
    public DataWriter Visible(string text)
    {
        Tag(AXdrTag.VisibleString);
        AXdrWriter.WriteOctets(_to, Encoding.ASCII.GetBytes(text));
        return this;
    }

    /// <summary>bit-string of so many bits.</summary>
    public DataWriter Bits(ReadOnlySpan<byte> octets, int bits)
    {
        Counted(AXdrTag.BitString, bits);
        _to.Write(octets[..((bits + 7) / 8)]);
        return this;
    }

    /// <summary>A logical name: octet-string of six.</summary>
    public DataWriter Name(Obis name) => Octets([name.A, name.B, name.C, name.D, name.E, name.F]);

    /// <summary>Data that is written already.</summary>
    public DataWriter Raw(ReadOnlySpan<byte> data)
    {
        _to.Write(data);
        return this;
    }

    private DataWriter Counted(AXdrTag tag, int count)
    {
        Tag(tag);
        AXdrWriter.WriteLength(_to, count);
        return this;
    }

    private DataWriter Tag(AXdrTag tag) => Octet((byte)tag);

    private DataWriter Octet(byte value)
    {
        _to.GetSpan(1)[0] = value;
        _to.Advance(1);
        return this;
    }

    private DataWriter Number(int octets, ulong value)
    {
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(all, value);
        _to.Write(all[(8 - octets)..]);
        return this;
    }
}
