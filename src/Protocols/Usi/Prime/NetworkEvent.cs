using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>What happened in the network. Numbers that are not here are kept as they came.</summary>
public enum NetworkEventKind : byte
{
    Registered = 0, Unregistered = 1, Promoted = 2, Demoted = 3, Alive = 4,
    /// <summary>The base node restarted: all state is gone, the other fields mean nothing.</summary>
    Rebooted = 5,
    /// <summary>A node wanted to register under a security profile, and the base has no device unique key of it (1.4).</summary>
    NoUniqueKey = 6,
    UnknownNode = 7,
}

/// <summary>
/// Something happened in the network: <c>4F | event | EUI-48 | SID | LNID u16 | LSID | alive received | alive sent | alive time | channel u16 | channel of the LSID u16</c>
/// </summary>
/// <param name="Sid">The switch it hangs on, 0 the base node.</param>
/// <param name="Lsid">Its own number as a switch; FF: it is none.</param>
public sealed record NetworkEvent(
    NetworkEventKind Kind, Eui48 Eui, byte Sid, ushort Lnid, byte Lsid, byte AliveReceived, byte AliveSent, byte AliveTime, ushort Channel, ushort LsidChannel) : PrimeMessage(PrimeCommand.NetworkEvent)
{
    /// <summary>The number of no switch.</summary>
    public const byte NoSwitch = 0xFF;

    internal static NetworkEvent Read(ref PduReader from) => new(
        (NetworkEventKind)from.Byte(), Eui48.Read(ref from), from.Byte(), from.UInt16(), from.Byte(), from.Byte(), from.Byte(), from.Byte(), from.UInt16(), from.UInt16());

    internal override void WriteTo(PduWriter to) =>
        to.Byte((byte)Kind).Eui(Eui).Byte(Sid).UInt16(Lnid).Byte(Lsid).Byte(AliveReceived).Byte(AliveSent).Byte(AliveTime).UInt16(Channel).UInt16(LsidChannel);
}
