namespace Protocols.Dlms.Apdu;

/// <summary>Conformance: a bit string of 24 bits, tagged as <code>5F 1F 04 00 | 3 octets</code> Bit 0 is the first of the first octet. Old meters write the tag in one octet, 5F.</summary>
public readonly record struct Conformance(uint Bits, bool IsTagShort = false)
{
    private const byte Tag = 0x5F, TagMore = 0x1F;
    private const ushort Head = 0x0400;

    /// <summary>Bits that decide how something is asked.</summary>
    public const int GeneralProtection = 1, GeneralBlocks = 2, BlocksWithGet = 11, BlocksWithSet = 12, BlocksWithAction = 13;

    /// <summary>True where a service is offered: 19 GET, 20 SET, 23 ACTION, 17 ACCESS, and the bits above.</summary>
    public bool Has(int bit) => (Bits >> (23 - bit) & 1) != 0;

    internal static Conformance Read(ref PduReader from)
    {
        var (tag, isShort) = (from.Byte(), from.Peek(0) != TagMore);
        _ = isShort || from.Byte() == TagMore;
        var head = from.UInt16();
        return tag == Tag && head == Head ? new Conformance(((uint)from.UInt16() << 8) | from.Byte(), isShort)
            : from.Refuse<Conformance>($"{tag:X2} and {head:X4} where the conformance (5F1F0400) was expected");
    }

    internal PduWriter WriteTo(PduWriter to) => (IsTagShort ? to.Byte(Tag) : to.Byte(Tag).Byte(TagMore)).UInt16(Head).UInt16((ushort)(Bits >> 8)).Byte((byte)Bits);
}

/// <summary>xDLMS InitiateRequest: <code>01 | [dedicated key] | [response allowed] | [quality of service] | version | conformance | longest PDU u16</code></summary>
public sealed record InitiateRequest(
    ReadOnlyMemory<byte>? DedicatedKey, bool? ResponseAllowed, byte? QualityOfService, byte Version, Conformance Conformance, ushort LongestPdu) : Pdu
{
    public override string Name => "initiate-request";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.InitiateRequest);
        _ = DedicatedKey is { } key ? to.Byte(1).Octets(key) : to.Byte(0);
        _ = ResponseAllowed is { } allowed ? to.Byte(1).Byte(allowed ? (byte)1 : (byte)0) : to.Byte(0);
        _ = QualityOfService is { } quality ? to.Byte(1).Byte(quality) : to.Byte(0);
        Conformance.WriteTo(to.Byte(Version)).UInt16(LongestPdu);
    }

    internal static InitiateRequest Read(ref PduReader from) => new(
        from.OptionalOctets(), from.IsPresent() ? from.Byte() != 0 : null, from.IsPresent() ? from.Byte() : null, from.Byte(), Conformance.Read(ref from), from.UInt16());
}

/// <summary>xDLMS InitiateResponse: <code>08 | [quality of service] | version | conformance | longest PDU u16 | 0007 for logical names, FA00 for short names</code></summary>
public sealed record InitiateResponse(byte? QualityOfService, byte Version, Conformance Conformance, ushort LongestPdu, ushort ObjectName) : Pdu
{
    public override string Name => "initiate-response";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.InitiateResponse);
        _ = QualityOfService is { } quality ? to.Byte(1).Byte(quality) : to.Byte(0);
        Conformance.WriteTo(to.Byte(Version)).UInt16(LongestPdu).UInt16(ObjectName);
    }

    internal static InitiateResponse Read(ref PduReader from) => new(
        from.IsPresent() ? from.Byte() : null, from.Byte(), Conformance.Read(ref from), from.UInt16(), from.UInt16());
}
