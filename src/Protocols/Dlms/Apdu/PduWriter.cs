using System.Buffers;
using System.Buffers.Binary;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Apdu;

/// <summary>Writes an APDU field by field.</summary>
public readonly struct PduWriter(IBufferWriter<byte> to)
{
    /// <summary>One octet.</summary>
    public PduWriter Byte(byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
        return this;
    }

    /// <summary>Two octets, high first.</summary>
    public PduWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to.GetSpan(2), value);
        to.Advance(2);
        return this;
    }

    /// <summary>Four octets, high first.</summary>
    public PduWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to.GetSpan(4), value);
        to.Advance(4);
        return this;
    }

    /// <summary>Invoke id and priority.</summary>
    public PduWriter InvokeId(InvokeId id) => Byte(id.Octet);

    /// <summary>Class, instance, attribute or method.</summary>
    public PduWriter Attribute(in AttributeDescriptor attribute)
    {
        UInt16(attribute.ClassId);
        var octets = to.GetSpan(6);
        var obis = attribute.Instance;
        (octets[0], octets[1], octets[2], octets[3], octets[4], octets[5]) = (obis.A, obis.B, obis.C, obis.D, obis.E, obis.F);
        to.Advance(6);
        return Byte((byte)attribute.Attribute);
    }

    /// <summary>Absent, or a selector and its parameters.</summary>
    public PduWriter Selection(Selection? selection) => selection is { } given ? Byte(1).Byte(given.Selector).Raw(given.Parameters) : Byte(0);

    /// <summary>A length or a count.</summary>
    public PduWriter Length(int length)
    {
        AXdrWriter.WriteLength(to, length);
        return this;
    }

    /// <summary>Octets with their length in front.</summary>
    public PduWriter Octets(ReadOnlyMemory<byte> octets) => Length(octets.Length).Raw(octets);

    /// <summary>Octets as they are.</summary>
    public PduWriter Raw(ReadOnlyMemory<byte> octets)
    {
        to.Write(octets.Span);
        return this;
    }

    /// <summary>A count and so many items.</summary>
    public PduWriter List<T>(IReadOnlyList<T> items, Action<PduWriter, T> one)
    {
        Length(items.Count);
        foreach (var item in items)
        {
            one(this, item);
        }

        return this;
    }
}
