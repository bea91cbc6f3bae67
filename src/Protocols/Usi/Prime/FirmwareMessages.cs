using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>
/// Messages of a firmware upgrade of the meters' modems (plc-modems.md, 3.6). In order: clear targets, add targets, identity, options, init file, frames (each acknowledged), check CRC, start.
/// </summary>
internal static class FirmwareMessages
{
    internal static PrimeMessage Read(PrimeCommand command, ref PduReader from) => command switch
    {
        PrimeCommand.FirmwareAddTarget or PrimeCommand.FirmwareAbort or PrimeCommand.FirmwareGetVersion or PrimeCommand.FirmwareGetState or PrimeCommand.FirmwareKilled =>
            new EuiMessage(command, Eui48.Read(ref from)),
        PrimeCommand.FirmwareSetIdentity => new FirmwareIdentity(PrimeMessage.Short(ref from), PrimeMessage.Short(ref from), PrimeMessage.Short(ref from)),
        PrimeCommand.FirmwareSetOptions => new FirmwareOptions(from.Byte(), from.Byte(), from.Byte(), from.UInt32(), from.UInt32()),
        PrimeCommand.FirmwareInitFile => new FirmwareInitFile(from.UInt16(), from.UInt32(), from.UInt16(), from.UInt32()),
        PrimeCommand.FirmwareFrame => new FirmwareFrame(from.UInt16(), PrimeMessage.Counted(ref from)),
        PrimeCommand.FirmwareStart or PrimeCommand.FirmwareMatchRule => new FirmwareOctet(command, from.Byte()),
        PrimeCommand.FirmwareAck => new FirmwareAck((PrimeCommand)from.Byte(), (FirmwareAckCode)from.Byte(), from.UInt16()),
        PrimeCommand.FirmwareStatus => new FirmwareStatus((FirmwareState)from.Byte(), from.UInt16(), Eui48.Read(ref from)),
        PrimeCommand.FirmwareError => new FirmwareError(from.Byte(), Eui48.Read(ref from)),
        PrimeCommand.FirmwareVersion => new FirmwareVersion(Eui48.Read(ref from), PrimeMessage.Short(ref from), PrimeMessage.Short(ref from), PrimeMessage.Short(ref from)),
        PrimeCommand.FirmwareSignature => new FirmwareSignature(from.Byte(), from.UInt16()),
        _ => new UnknownMessage(command, from.Rest()),
    };
}

/// <summary>How a modem takes an upgrade message.</summary>
public enum FirmwareAckCode : byte
{
    Done = 0, Error = 1, BadEui = 2, BadModel = 3, BadCrc = 4, BadFrame = 5, BadFileCrc = 6, CheckingCrc = 7, UpgradeUnderWay = 8,
}

/// <summary>Where a node stands in an upgrade.</summary>
public enum FirmwareState : byte
{
    Idle = 0, Receiving = 1, Complete = 2, Countdown = 3, Upgrading = 4, Failed = 5, Unknown = 0x7F,
}

/// <summary>What the image is for: <c>3F | vendor L1 | model L1 | version L1</c>, each at most 32 octets</summary>
public sealed record FirmwareIdentity(ReadOnlyMemory<byte> Vendor, ReadOnlyMemory<byte> Model, ReadOnlyMemory<byte> Version) : PrimeMessage(PrimeCommand.FirmwareSetIdentity)
{
    internal override void WriteTo(PduWriter to) => to.Short(Vendor).Short(Model).Short(Version);
}

/// <summary><c>40 | arq | page size (0 automatic, 1 32, 2 64, 3 128, 4 192) | multicast | delay before restart u32 | safety timer u32</c></summary>
public sealed record FirmwareOptions(byte Arq, byte PageSize, byte Multicast, uint RestartDelay, uint SafetyTimer) : PrimeMessage(PrimeCommand.FirmwareSetOptions)
{
    internal override void WriteTo(PduWriter to) => to.Byte(Arq).Byte(PageSize).Byte(Multicast).UInt32(RestartDelay).UInt32(SafetyTimer);
}

/// <summary><c>41 | frames u16 | file size u32 | frame size u16 | CRC u32</c></summary>
public sealed record FirmwareInitFile(ushort Frames, uint FileSize, ushort FrameSize, uint Crc) : PrimeMessage(PrimeCommand.FirmwareInitFile)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Frames).UInt32(FileSize).UInt16(FrameSize).UInt32(Crc);
}

/// <summary><c>42 | number u16 | octets L2</c>, at most 1,000</summary>
public sealed record FirmwareFrame(ushort Number, ReadOnlyMemory<byte> Octets) : PrimeMessage(PrimeCommand.FirmwareFrame)
{
    /// <summary>The most octets of the image in a frame.</summary>
    public const int MostOctets = 1000;

    internal override void WriteTo(PduWriter to) => to.UInt16(Number).Counted(Octets);
}

/// <summary>Start (<c>45</c>) or which nodes the image fits (<c>46</c>): one octet.</summary>
public sealed record FirmwareOctet(PrimeCommand What, byte Value) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Byte(Value);
}

/// <summary><c>49 | command | code | extra u16</c></summary>
public sealed record FirmwareAck(PrimeCommand About, FirmwareAckCode Code, ushort Extra) : PrimeMessage(PrimeCommand.FirmwareAck)
{
    internal override void WriteTo(PduWriter to) => to.Byte((byte)About).Byte((byte)Code).UInt16(Extra);
}

/// <summary><c>4A | state | pages u16 | EUI-48</c></summary>
public sealed record FirmwareStatus(FirmwareState State, ushort Pages, Eui48 Eui) : PrimeMessage(PrimeCommand.FirmwareStatus)
{
    internal override void WriteTo(PduWriter to) => to.Byte((byte)State).UInt16(Pages).Eui(Eui);
}

/// <summary><c>4B | error | EUI-48</c></summary>
public sealed record FirmwareError(byte Code, Eui48 Eui) : PrimeMessage(PrimeCommand.FirmwareError)
{
    internal override void WriteTo(PduWriter to) => to.Byte(Code).Eui(Eui);
}

/// <summary><c>4C | EUI-48 | vendor L1 | model L1 | version L1</c></summary>
public sealed record FirmwareVersion(Eui48 Eui, ReadOnlyMemory<byte> Vendor, ReadOnlyMemory<byte> Model, ReadOnlyMemory<byte> Version) : PrimeMessage(PrimeCommand.FirmwareVersion)
{
    internal override void WriteTo(PduWriter to) => to.Eui(Eui).Short(Vendor).Short(Model).Short(Version);
}

/// <summary><c>4E | algorithm | length u16</c></summary>
public sealed record FirmwareSignature(byte Algorithm, ushort Length) : PrimeMessage(PrimeCommand.FirmwareSignature)
{
    internal override void WriteTo(PduWriter to) => to.Byte(Algorithm).UInt16(Length);
}
