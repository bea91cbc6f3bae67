using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>A command and nothing else.</summary>
public sealed record BareMessage(PrimeCommand What) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to)
    {
    }
}

/// <summary>The answer to a command that nothing but a result follows. It does not say to which request: one at a time.</summary>
public sealed record ResultMessage(PrimeCommand What, MlmeResult Result) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Byte((byte)Result);
}

/// <summary>A 4-32 connection: it is released (<c>35</c>), or was left by the meter (<c>3B</c>).</summary>
public sealed record AddressMessage(PrimeCommand What, ushort Address) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Address);
}

/// <summary>A command about one node: <c>command | EUI-48</c></summary>
public sealed record EuiMessage(PrimeCommand What, Eui48 Eui) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Eui(Eui);
}

/// <summary>A command was taken or not: <c>5D or 55 | command | code</c>, 0 for done.</summary>
public sealed record AckMessage(PrimeCommand What, PrimeCommand About, byte Code) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Byte((byte)About).Byte(Code);
}

/// <summary>Makes a node a switch: <c>25 | EUI-48 | beacon mode</c>, or <c>6E</c> and a channel u16 behind it.</summary>
public sealed record PromoteRequest(Eui48 Eui, byte BeaconMode, ushort? Channel) : PrimeMessage(Channel is null ? PrimeCommand.PromoteRequest : PrimeCommand.ChannelPromoteRequest)
{
    internal override void WriteTo(PduWriter to)
    {
        to.Eui(Eui).Byte(BeaconMode);
        if (Channel is { } channel)
        {
            to.UInt16(channel);
        }
    }
}

/// <summary>Sends a connection elsewhere: <c>3C | handle u16 | EUI-48 | data L2</c>. Stock firmware reads the length out of the EUI: never sent by this product.</summary>
public sealed record RedirectResponse(ushort Handle, Eui48 Eui, ReadOnlyMemory<byte> Octets) : PrimeMessage(PrimeCommand.RedirectResponse)
{
    internal override void WriteTo(PduWriter to) => to.UInt16(Handle).Eui(Eui).Counted(Octets);
}

/// <summary>A command this version does not know, as it came.</summary>
public sealed record UnknownMessage(PrimeCommand What, ReadOnlyMemory<byte> Parameters) : PrimeMessage(What)
{
    internal override void WriteTo(PduWriter to) => to.Raw(Parameters);
}
