using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>What became of an APDU on its way to the meter (plc-modems.md, 3.1: 4-32 tx status). Numbers that are not here are kept as they came.</summary>
public enum DataStatus : byte
{
    Sent = 0x00, TimedOut = 0x02, MacError = 0x80, MacBusy = 0x81, NoBuffers = 0x82, ConnectionClosed = 0x83, Receiving = 0x84,
    BadAddress = 0xC0, BadHandle = 0xC1, Busy = 0xC2, BadDestination = 0xC3,
}

/// <summary>Sends an APDU over a 4-32 connection: <c>37 | destination LSAP | source LSAP | address u16 | APDU L2 | link class</c></summary>
public sealed record DataRequest(byte DestinationLsap, byte SourceLsap, ushort Address, ReadOnlyMemory<byte> Apdu, byte LinkClass = 0) : PrimeMessage(PrimeCommand.DataRequest)
{
    /// <summary>The address every meter hears; both LSAPs are 0 with it.</summary>
    public const ushort Broadcast = 0x0FFF;

    /// <summary>The longest APDU that fits the modem's queue.</summary>
    public const int LongestApdu = 1012;

    internal override void WriteTo(PduWriter to) => to.Byte(DestinationLsap).Byte(SourceLsap).UInt16(Address).Counted(Apdu).Byte(LinkClass);
}

/// <summary>An APDU came: <c>38 | destination LSAP | source LSAP | destination u16 | source u16 | APDU L2 | link class</c></summary>
public sealed record DataIndication(byte DestinationLsap, byte SourceLsap, ushort Destination, ushort Source, ReadOnlyMemory<byte> Apdu, byte LinkClass) : PrimeMessage(PrimeCommand.DataIndication)
{
    internal override void WriteTo(PduWriter to) => to.Byte(DestinationLsap).Byte(SourceLsap).UInt16(Destination).UInt16(Source).Counted(Apdu).Byte(LinkClass);
}

/// <summary>What became of an APDU: <c>39 | destination LSAP | source LSAP | address u16 | status</c></summary>
public sealed record DataConfirm(byte DestinationLsap, byte SourceLsap, ushort Address, DataStatus Status) : PrimeMessage(PrimeCommand.DataConfirm)
{
    internal override void WriteTo(PduWriter to) => to.Byte(DestinationLsap).Byte(SourceLsap).UInt16(Address).Byte((byte)Status);
}

/// <summary>
/// A meter opened its 4-32 connection and can be asked: <c>3A | serial L1 | address u16 | EUI-48 | filler | ae</c>. Stock firmware sends eight octets where the EUI-48 has six: whatever stands
/// between it and the last octet is filler.
/// </summary>
/// <param name="Serial">As the node tells it, ASCII.</param>
/// <param name="Secured">The connection is authenticated and encrypted (1.4).</param>
public sealed record JoinIndication(ReadOnlyMemory<byte> Serial, ushort Address, Eui48 Eui, ReadOnlyMemory<byte> Filler, byte Secured) : PrimeMessage(PrimeCommand.JoinIndication)
{
    internal static JoinIndication Read(ref PduReader from)
    {
        var (serial, address, eui) = (Short(ref from), from.UInt16(), Eui48.Read(ref from));
        return new JoinIndication(serial, address, eui, from.Take(Math.Max(from.Remaining - 1, 0)), from.Byte());
    }

    internal override void WriteTo(PduWriter to) => to.Short(Serial).UInt16(Address).Eui(Eui).Raw(Filler).Byte(Secured);
}
