namespace Protocols.Dlms.Apdu;

/// <summary>
/// DATA-NOTIFICATION: <code>0F | long invoke id | date-time, 00 for none | data</code>
/// Some meters write the time as a Data (tag 09); it is read, and written again as it came.
/// </summary>
public sealed record DataNotification(LongInvokeId Id, ReadOnlyMemory<byte> At, bool IsAtTagged, ReadOnlyMemory<byte> Data) : Pdu
{
    private const byte OctetString = 0x09;

    public override string Name => "data-notification";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.DataNotification).UInt32(Id.Octets);
        _ = IsAtTagged ? to.Byte(OctetString) : to;
        to.Octets(At).Raw(Data);
    }

    internal static DataNotification Read(ref PduReader from)
    {
        var id = new LongInvokeId(from.UInt32());
        var length = from.Length();
        var tagged = length == OctetString; // no time has nine octets
        return new DataNotification(id, from.Take(tagged ? from.Length() : length), tagged, from.Data());
    }
}

/// <summary>DATA-NOTIFICATION-CONFIRM: <code>10 | long invoke id | date-time</code> Some leave the time out.</summary>
public sealed record DataNotificationConfirm(LongInvokeId Id, ReadOnlyMemory<byte>? At) : Pdu
{
    public override string Name => "data-notification-confirm";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.DataNotificationConfirm).UInt32(Id.Octets);
        _ = At is { } at ? to.Octets(at) : to;
    }

    internal static DataNotificationConfirm Read(ref PduReader from) => new(new LongInvokeId(from.UInt32()), from.OctetsUnlessEnd());
}

/// <summary>EVENT-NOTIFICATION.request: <code>C2 | [time] | attribute | data</code></summary>
public sealed record EventNotification(ReadOnlyMemory<byte>? At, AttributeDescriptor Attribute, ReadOnlyMemory<byte> Data) : Pdu
{
    public override string Name => "event-notification";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.EventNotification);
        _ = At is { } at ? to.Byte(1).Octets(at) : to.Byte(0);
        to.Attribute(Attribute).Raw(Data);
    }

    internal static EventNotification Read(ref PduReader from) => new(from.OptionalOctets(), from.Attribute(), from.Data());
}
