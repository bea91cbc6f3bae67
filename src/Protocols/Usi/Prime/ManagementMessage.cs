using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>
/// A message of the management plane, protocols 00 to 07 on the same line (plc-modems.md, 3.5): as far as that is certain. The others (values of a plain answer, whose lengths only the attribute
/// tells; set, reboot, firmware) stay as they came.
/// </summary>
public abstract record ManagementMessage(UsiProtocol Protocol)
{
    /// <summary>First octet of a question for a list, and of its answer.</summary>
    internal const byte ListQuery = 0x0E, ListAnswer = 0x0F;

    internal abstract void WriteTo(PduWriter to);

    /// <summary>As a frame.</summary>
    public UsiFrame ToFrame()
    {
        var to = new ApduBuffer();
        WriteTo(new PduWriter(to));
        return new UsiFrame(Protocol, to.Written.ToArray());
    }

    /// <summary>Reads one that fills a frame.</summary>
    /// <param name="fault">Why it cannot be read; null where it can.</param>
    public static ManagementMessage? Read(UsiFrame frame, out string? fault)
    {
        var from = new PduReader(frame.Payload);
        ManagementMessage message = (frame.Protocol, from.Peek(0)) switch
        {
            (UsiProtocol.ManagementGetQuery or UsiProtocol.ManagementReset, _) => AttributeQuery.Read(frame.Protocol, ref from),
            (UsiProtocol.ManagementGetQueryEnhanced, ListQuery) => AttributeListQuery.Read(ref from),
            (UsiProtocol.ManagementGetResponseEnhanced, ListAnswer) => AttributeListAnswer.Read(ref from),
            _ => new OpaqueManagement(frame.Protocol, from.Rest()),
        };
        fault = from.Fault ?? (from.Remaining > 0 ? $"{from.Remaining} octets follow the end of the message of protocol {(byte)frame.Protocol:X2}" : null);
        return fault is null ? message : null;
    }
}

/// <summary>An attribute, and which of its elements.</summary>
public readonly record struct AttributeIndex(PrimePib Pib, byte Index)
{
    internal const int Size = 3;
}

/// <summary>Asks for attributes (00), or sets them back (03): <c>{ PIB u16 | index }</c>, one or more</summary>
public sealed record AttributeQuery(UsiProtocol What, IReadOnlyList<AttributeIndex> Attributes) : ManagementMessage(What)
{
    internal static AttributeQuery Read(UsiProtocol protocol, ref PduReader from)
    {
        var attributes = new AttributeIndex[from.Remaining / AttributeIndex.Size];
        for (var i = 0; i < attributes.Length; i++)
        {
            attributes[i] = new AttributeIndex((PrimePib)from.UInt16(), from.Byte());
        }

        return new AttributeQuery(protocol, attributes);
    }

    internal override void WriteTo(PduWriter to)
    {
        foreach (var attribute in Attributes)
        {
            to.UInt16((ushort)attribute.Pib).Byte(attribute.Index);
        }
    }
}

/// <summary>Asks for a part of a list: <c>0E | PIB u16 | most records | iterator</c></summary>
public sealed record AttributeListQuery(PrimePib Pib, byte MostRecords, ListIterator From) : ManagementMessage(UsiProtocol.ManagementGetQueryEnhanced)
{
    /// <summary>The most records an answer holds.</summary>
    public const byte Most = 30;

    internal static AttributeListQuery Read(ref PduReader from)
    {
        from.Byte();
        return new AttributeListQuery((PrimePib)from.UInt16(), from.Byte(), ListIterator.Read(ref from));
    }

    internal override void WriteTo(PduWriter to) => From.WriteTo(to.Byte(ListQuery).UInt16((ushort)Pib).Byte(MostRecords));
}

/// <summary>A part of a list: <c>0F | PIB u16 | records | octets of a record | { iterator | record }</c>; the next part begins one after the last iterator.</summary>
public sealed record AttributeListAnswer(PrimePib Pib, byte RecordLength, IReadOnlyList<ListedRecord> Records) : ManagementMessage(UsiProtocol.ManagementGetResponseEnhanced)
{
    internal static AttributeListAnswer Read(ref PduReader from)
    {
        from.Byte();
        var (pib, count, length) = ((PrimePib)from.UInt16(), from.Byte(), from.Byte());
        var records = new ListedRecord[count <= from.Remaining ? count : from.Refuse<byte>($"{count} records are announced, {from.Remaining} octets are there")];
        for (var i = 0; i < records.Length; i++)
        {
            records[i] = new ListedRecord(ListIterator.Read(ref from), from.Take(length));
        }

        return new AttributeListAnswer(pib, length, records);
    }

    internal override void WriteTo(PduWriter to)
    {
        to.Byte(ListAnswer).UInt16((ushort)Pib).Byte((byte)Records.Count).Byte(RecordLength);
        foreach (var record in Records)
        {
            record.At.WriteTo(to);
            to.Raw(record.Octets);
        }
    }
}

/// <summary>A record of a list, and where in it.</summary>
public readonly record struct ListedRecord(ListIterator At, ReadOnlyMemory<byte> Octets);

/// <summary>A message this version hands on as it came.</summary>
public sealed record OpaqueManagement(UsiProtocol What, ReadOnlyMemory<byte> Octets) : ManagementMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Raw(Octets);
}
