using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>Messages about the physical layer, one of which there is for each channel.</summary>
internal static class PhyMessages
{
    internal static PrimeMessage Read(PrimeCommand command, ref PduReader from) => command switch
    {
        PrimeCommand.PhyResetRequest or PrimeCommand.PhySleepRequest or PrimeCommand.PhyResumeRequest => new PhyRequest(command, from.UInt16()),
        PrimeCommand.PhyResetConfirm or PrimeCommand.PhySleepConfirm or PrimeCommand.PhyResumeConfirm or PrimeCommand.PhySetConfirm => new PhyConfirm(command, from.Byte(), from.UInt16()),
        PrimeCommand.PhyGetRequest => new PhyGet((PrimePib)from.UInt16(), from.UInt16()),
        PrimeCommand.PhyGetConfirm => new PhyGetConfirm(from.Byte(), (PrimePib)from.UInt16(), PrimeMessage.Short(ref from), from.UInt16()),
        PrimeCommand.PhySetRequest => new PhySet((PrimePib)from.UInt16(), PrimeMessage.Short(ref from), from.UInt16()),
        _ => new UnknownMessage(command, from.Rest()),
    };
}

/// <summary><c>13, 15 or 17 | channel u16</c></summary>
public sealed record PhyRequest(PrimeCommand What, ushort Channel) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Channel);
}

/// <summary><c>14, 16, 18 or 1E | result | channel u16</c>; 0 done, 1 failed, 2 rejected or no such attribute</summary>
public sealed record PhyConfirm(PrimeCommand What, byte Result, ushort Channel) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Byte(Result).UInt16(Channel);
}

/// <summary><c>1B | PIB u16 | channel u16</c></summary>
public sealed record PhyGet(PrimePib Pib, ushort Channel) : PrimeMessage(PrimeCommand.PhyGetRequest)
{
    internal override void WriteTo(PduWriter to) => to.UInt16((ushort)Pib).UInt16(Channel);
}

/// <summary><c>1C | result | PIB u16 | size | value | channel u16</c></summary>
public sealed record PhyGetConfirm(byte Result, PrimePib Pib, ReadOnlyMemory<byte> Value, ushort Channel) : PrimeMessage(PrimeCommand.PhyGetConfirm)
{
    internal override void WriteTo(PduWriter to) => to.Byte(Result).UInt16((ushort)Pib).Short(Value).UInt16(Channel);
}

/// <summary><c>1D | PIB u16 | size | value | channel u16</c></summary>
public sealed record PhySet(PrimePib Pib, ReadOnlyMemory<byte> Value, ushort Channel) : PrimeMessage(PrimeCommand.PhySetRequest)
{
    internal override void WriteTo(PduWriter to) => to.UInt16((ushort)Pib).Short(Value).UInt16(Channel);
}
