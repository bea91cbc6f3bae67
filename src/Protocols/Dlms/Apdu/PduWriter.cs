using System.Buffers.Binary;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Apdu;

/// <summary>Writes an APDU field by field.</summary>
public readonly struct PduWriter(ApduBuffer to)
{
    /// <summary>One octet.</summary>
    public PduWriter Byte(byte value)
    {
        to.Take(1)[0] = value;
        return this;
    }

    /// <summary>Two octets, high first.</summary>
    public PduWriter UInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to.Take(2), value);
        return this;
    }

    /// <summary>Four octets, high first.</summary>
    public PduWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to.Take(4), value);
        return this;
    }

    /// <summary>Invoke id and priority.</summary>
    public PduWriter InvokeId(InvokeId id) => Byte(id.Octet);

    /// <summary>Class, instance, attribute or method.</summary>
    public PduWriter Attribute(in AttributeDescriptor attribute)
    {
        var octets = to.Take(AttributeDescriptor.Size);
        BinaryPrimitives.WriteUInt16BigEndian(octets, attribute.ClassId);
        var obis = attribute.Instance;
        (octets[2], octets[3], octets[4], octets[5], octets[6], octets[7]) = (obis.A, obis.B, obis.C, obis.D, obis.E, obis.F);
        octets[8] = (byte)attribute.Attribute;
        return this;
    }

    /// <summary>Absent, or a selector and its parameters.</summary>
    public PduWriter Selection(Selection? selection) => selection is { } given ? Byte(1).Byte(given.Selector).Raw(given.Parameters) : Byte(0);

    /// <summary>A length or a count.</summary>
    public PduWriter Length(int length)
    {
        AXdrWriter.WriteLength(to.Take(AXdrWriter.LengthOf(length)), length);
        return this;
    }

    /// <summary>Octets with their length in front.</summary>
    public PduWriter Octets(ReadOnlyMemory<byte> octets) => Length(octets.Length).Raw(octets);

    /// <summary>Octets as they are.</summary>
    public PduWriter Raw(ReadOnlyMemory<byte> octets)
    {
        octets.Span.CopyTo(to.Take(octets.Length));
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
