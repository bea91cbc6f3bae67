using Protocols.Dlms.Apdu;

namespace Protocols.Usi.G3;

/// <summary>A device asks to join: <c>47 | EUI-64</c></summary>
public sealed record JoinRequestIndication(Eui64 Eui) : G3Message
{
    public override G3Command Command => G3Command.JoinRequestIndication;

    public override string Name => "join-request-indication";

    internal override void WriteTo(PduWriter to) => to.Eui(Eui);
}

/// <summary>Lets a device in under a short address, or turns it away: <c>42 | EUI-64 | short address u16</c></summary>
public sealed record ShortAddressAssign(Eui64 Eui, ushort Address) : G3Message
{
    /// <summary>The address that means no.</summary>
    public const ushort Decline = 0xFFFF;

    /// <summary>The greatest a device may have; a modem takes greater ones for no source at all (2.4, not checked on hardware).</summary>
    public const ushort Greatest = 0x7FFF;

    public override G3Command Command => G3Command.ShortAddressAssign;

    public override string Name => "short-address-assign";

    internal override void WriteTo(PduWriter to) => to.Eui(Eui).UInt16(Address);
}

/// <summary>A device is in, or has the new key: <c>48 | EUI-64 | short address u16</c>. That a join failed is never told.</summary>
public sealed record JoinCompleteIndication(Eui64 Eui, ushort Address) : G3Message
{
    public override G3Command Command => G3Command.JoinCompleteIndication;

    public override string Name => "join-complete-indication";

    internal override void WriteTo(PduWriter to) => to.Eui(Eui).UInt16(Address);
}

/// <summary>A device left: <c>49 | short address u16</c></summary>
public sealed record LeaveIndication(ushort Address) : G3Message
{
    public override G3Command Command => G3Command.LeaveIndication;

    public override string Name => "leave-indication";

    internal override void WriteTo(PduWriter to) => to.UInt16(Address);
}

/// <summary>Puts a device out: <c>3E | short address u16 | EUI-64</c>. There is no confirm.</summary>
public sealed record Kick(ushort Address, Eui64 Eui) : G3Message
{
    public override G3Command Command => G3Command.Kick;

    public override string Name => "kick";

    internal override void WriteTo(PduWriter to) => to.UInt16(Address).Eui(Eui);
}

/// <summary>Gives a device the new group key, or has it go over to that: <c>3F | short address u16 | EUI-64 | distribute</c></summary>
/// <param name="Distributes">The key goes to the device; false: the device begins to use it.</param>
public sealed record Rekey(ushort Address, Eui64 Eui, bool Distributes) : G3Message
{
    public override G3Command Command => G3Command.Rekey;

    public override string Name => "rekey";

    internal override void WriteTo(PduWriter to) => to.UInt16(Address).Eui(Eui).Flag(Distributes);
}

/// <summary>Begins or ends a change of the group key: <c>40 | start</c></summary>
public sealed record SetRekeyPhase(bool Starts) : G3Message
{
    public override G3Command Command => G3Command.SetRekeyPhase;

    public override string Name => "set-rekey-phase";

    internal override void WriteTo(PduWriter to) => to.Flag(Starts);
}

/// <summary>Puts a device into a network without asking: <c>3D | EUI-64 | short address u16 | PAN id u16 | group key</c>. No modem that is a coordinator takes it.</summary>
public sealed record ForceRegister(Eui64 Eui, ushort Address, ushort PanId, ReadOnlyMemory<byte> Key) : G3Message
{
    /// <summary>Octets of the group key.</summary>
    public const int KeySize = 16;

    public override G3Command Command => G3Command.ForceRegister;

    public override string Name => "force-register";

    internal override void WriteTo(PduWriter to) => to.Eui(Eui).UInt16(Address).UInt16(PanId).Raw(Key);
}
