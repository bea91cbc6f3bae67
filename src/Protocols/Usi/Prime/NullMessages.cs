using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>
/// Messages of the null convergence layer, which carries other protocols than 4-32; a concentrator that speaks DLMS only sees them in a trace. Which of 03/04 and 07/08 is the confirm stands in
/// no vector: it is the order of plc-modems.md, 3.1.
/// </summary>
internal static class NullMessages
{
    internal static PrimeMessage Read(PrimeCommand command, ref PduReader from) => command switch
    {
        PrimeCommand.NullEstablishRequest => new NullEstablishRequest(Eui48.Read(ref from), from.Byte(), PrimeMessage.Counted(ref from), from.Byte(), from.Byte(), from.Byte()),
        PrimeCommand.NullEstablishIndication => new NullEstablishIndication(from.UInt16(), Eui48.Read(ref from), from.Byte(), PrimeMessage.Counted(ref from), from.Byte(), from.Byte()),
        PrimeCommand.NullEstablishConfirm => new NullEstablishConfirm(from.UInt16(), from.Byte(), Eui48.Read(ref from), from.Byte(), PrimeMessage.Counted(ref from), from.Byte()),
        PrimeCommand.NullEstablishResponse => new NullEstablishResponse(from.UInt16(), from.Byte(), PrimeMessage.Counted(ref from), from.Byte()),
        PrimeCommand.NullReleaseRequest => new NullHandle(command, from.UInt16(), null),
        PrimeCommand.NullReleaseIndication or PrimeCommand.NullReleaseConfirm or PrimeCommand.NullReleaseResponse or PrimeCommand.NullLeaveConfirm => new NullHandle(command, from.UInt16(), from.Byte()),
        PrimeCommand.NullJoinRequest => new NullJoinRequest(from.Byte(), from.UInt16(), Eui48.Read(ref from), from.Byte(), PrimeMessage.Counted(ref from), from.Byte()),
        PrimeCommand.NullJoinIndication => new NullJoinIndication(from.UInt16(), Eui48.Read(ref from), from.Byte(), PrimeMessage.Counted(ref from), from.Byte()),
        PrimeCommand.NullJoinResponse => new NullJoinResponse(from.UInt16(), Eui48.Read(ref from), from.Byte(), from.Byte()),
        PrimeCommand.NullJoinConfirm => new NullJoinConfirm(from.UInt16(), from.Byte(), from.Byte()),
        PrimeCommand.NullLeaveRequest or PrimeCommand.NullLeaveIndication => new NullLeave(command, from.UInt16(), Eui48.Read(ref from)),
        PrimeCommand.NullDataRequest => new NullDataRequest(from.UInt16(), PrimeMessage.Counted(ref from), from.Byte(), from.UInt32()),
        PrimeCommand.NullDataConfirm => new NullDataConfirm(from.UInt16(), from.UInt32(), from.Byte()),
        PrimeCommand.NullDataIndication => new NullDataIndication(from.UInt16(), PrimeMessage.Counted(ref from), from.UInt32()),
        _ => new UnknownMessage(command, from.Rest()),
    };
}

/// <summary><c>01 | EUI-48 | type | data L2 | arq | cf octets | ae</c></summary>
public sealed record NullEstablishRequest(Eui48 Eui, byte Type, ReadOnlyMemory<byte> Octets, byte Arq, byte CfOctets, byte Secured) : PrimeMessage(PrimeCommand.NullEstablishRequest)
{
    internal override void WriteTo(PduWriter to) => to.Eui(Eui).Byte(Type).Counted(Octets).Byte(Arq).Byte(CfOctets).Byte(Secured);
}

/// <summary><c>02 | handle u16 | EUI-48 | type | data L2 | cf octets | ae</c></summary>
public sealed record NullEstablishIndication(ushort Handle, Eui48 Eui, byte Type, ReadOnlyMemory<byte> Octets, byte CfOctets, byte Secured) : PrimeMessage(PrimeCommand.NullEstablishIndication)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Eui(Eui).Byte(Type).Counted(Octets).Byte(CfOctets).Byte(Secured);
}

/// <summary><c>03 | handle u16 | result | EUI-48 | type | data L2 | ae</c></summary>
public sealed record NullEstablishConfirm(ushort Handle, byte Result, Eui48 Eui, byte Type, ReadOnlyMemory<byte> Octets, byte Secured) : PrimeMessage(PrimeCommand.NullEstablishConfirm)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Byte(Result).Eui(Eui).Byte(Type).Counted(Octets).Byte(Secured);
}

/// <summary><c>04 | handle u16 | answer | data L2 | ae</c></summary>
public sealed record NullEstablishResponse(ushort Handle, byte Answer, ReadOnlyMemory<byte> Octets, byte Secured) : PrimeMessage(PrimeCommand.NullEstablishResponse)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Byte(Answer).Counted(Octets).Byte(Secured);
}

/// <summary>A connection is released, or was left: <c>05..08, 0E | handle u16 | reason, result or answer</c>; the request (05) has only the handle.</summary>
public sealed record NullHandle(PrimeCommand What, ushort Handle, byte? Code) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to)
    {
        to.UInt16(Handle);
        if (Code is { } code)
        {
            to.Byte(code);
        }
    }
}

/// <summary><c>09 | broadcast | handle u16 | EUI-48 | type | data L2 | ae</c></summary>
public sealed record NullJoinRequest(byte Broadcast, ushort Handle, Eui48 Eui, byte Type, ReadOnlyMemory<byte> Octets, byte Secured) : PrimeMessage(PrimeCommand.NullJoinRequest)
{
    internal override void WriteTo(PduWriter to) => to.Byte(Broadcast).UInt16(Handle).Eui(Eui).Byte(Type).Counted(Octets).Byte(Secured);
}

/// <summary><c>0A | handle u16 | EUI-48 | type | data L2 | ae</c></summary>
public sealed record NullJoinIndication(ushort Handle, Eui48 Eui, byte Type, ReadOnlyMemory<byte> Octets, byte Secured) : PrimeMessage(PrimeCommand.NullJoinIndication)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Eui(Eui).Byte(Type).Counted(Octets).Byte(Secured);
}

/// <summary><c>0B | handle u16 | EUI-48 | answer | ae</c></summary>
public sealed record NullJoinResponse(ushort Handle, Eui48 Eui, byte Answer, byte Secured) : PrimeMessage(PrimeCommand.NullJoinResponse)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Eui(Eui).Byte(Answer).Byte(Secured);
}

/// <summary><c>0C | handle u16 | result | ae</c></summary>
public sealed record NullJoinConfirm(ushort Handle, byte Result, byte Secured) : PrimeMessage(PrimeCommand.NullJoinConfirm)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Byte(Result).Byte(Secured);
}

/// <summary><c>0D or 0F | handle u16 | EUI-48</c>, all ones for none</summary>
public sealed record NullLeave(PrimeCommand What, ushort Handle, Eui48 Eui) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Eui(Eui);
}

/// <summary><c>10 | handle u16 | data L2 | priority | time reference u32</c></summary>
public sealed record NullDataRequest(ushort Handle, ReadOnlyMemory<byte> Octets, byte Priority, uint TimeReference) : PrimeMessage(PrimeCommand.NullDataRequest)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Counted(Octets).Byte(Priority).UInt32(TimeReference);
}

/// <summary><c>11 | handle u16 | a pointer of the modem, u32 | result</c></summary>
public sealed record NullDataConfirm(ushort Handle, uint Pointer, byte Result) : PrimeMessage(PrimeCommand.NullDataConfirm)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).UInt32(Pointer).Byte(Result);
}

/// <summary><c>12 | handle u16 | data L2 | time reference u32</c></summary>
public sealed record NullDataIndication(ushort Handle, ReadOnlyMemory<byte> Octets, uint TimeReference) : PrimeMessage(PrimeCommand.NullDataIndication)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Counted(Octets).UInt32(TimeReference);
}
