using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>Messages of the PRIME profile, which asks the modems of meters for their attributes; they cost time on the air.</summary>
internal static class ProfileMessages
{
    internal static PrimeMessage Read(PrimeCommand command, ref PduReader from) => command switch
    {
        PrimeCommand.ProfileGet or PrimeCommand.ProfileSet or PrimeCommand.ProfileGetEnhanced or PrimeCommand.ProfileGetResponse or PrimeCommand.ProfileGetEnhancedResponse =>
            new ProfileMessage(command, Eui48.Read(ref from), PrimeMessage.Counted(ref from)),
        PrimeCommand.ProfileReset or PrimeCommand.ProfileReboot or PrimeCommand.ProfileZeroCrossRequest => new EuiMessage(command, Eui48.Read(ref from)),
        PrimeCommand.ProfileZeroCross => new ZeroCross(Eui48.Read(ref from), from.Byte(), from.UInt32()),
        PrimeCommand.ProfileZeroCrossDifference => new ZeroCrossDifference(Eui48.Read(ref from), from.UInt32(), from.UInt32()),
        _ => new UnknownMessage(command, from.Rest()),
    };
}

/// <summary><c>50, 51, 54, 56 or 57 | EUI-48 | octets L2</c>. Stock firmware acknowledges 54 (get enhanced) as 57.</summary>
public sealed record ProfileMessage(PrimeCommand What, Eui48 Eui, ReadOnlyMemory<byte> Octets) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Eui(Eui).Counted(Octets);
}

/// <summary>When a node sees the voltage cross zero: <c>58 | EUI-48 | status | time u32</c></summary>
public sealed record ZeroCross(Eui48 Eui, byte Status, uint Time) : PrimeMessage(PrimeCommand.ProfileZeroCross)
{
    internal override void WriteTo(PduWriter to) => to.Eui(Eui).Byte(Status).UInt32(Time);
}

/// <summary><c>5A | EUI-48 | frequency u32 | difference u32</c></summary>
public sealed record ZeroCrossDifference(Eui48 Eui, uint Frequency, uint Difference) : PrimeMessage(PrimeCommand.ProfileZeroCrossDifference)
{
    internal override void WriteTo(PduWriter to) => to.Eui(Eui).UInt32(Frequency).UInt32(Difference);
}
