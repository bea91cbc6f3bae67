using Protocols.Dlms.Apdu;

namespace Protocols.Usi.G3;

/// <summary>
/// A message between the host and a G3 modem (protocol 25): a closed family of small immutable records, each read from a frame's payload and written to one. The command stands first, numbers
/// have their high octet first. Octets inside point into what was read.
/// </summary>
public abstract record G3Message
{
    private protected G3Message()
    {
    }

    /// <summary>What it is.</summary>
    public abstract G3Command Command { get; }

    /// <summary>Its name, in small letters with dashes.</summary>
    public abstract string Name { get; }

    /// <summary>Writes what follows the command.</summary>
    internal abstract void WriteTo(PduWriter to);

    /// <summary>As a frame's payload.</summary>
    public byte[] ToPayload()
    {
        var to = new ApduBuffer();
        WriteTo(new PduWriter(to).Byte((byte)Command));
        return to.Written.ToArray();
    }

    /// <summary>As a frame.</summary>
    public UsiFrame ToFrame() => new(UsiProtocol.G3Adp, ToPayload());

    /// <summary>Reads one that fills a frame's payload. A command that is not known is <see cref="Unknown"/>, and no fault.</summary>
    /// <param name="fault">Why it cannot be read; null where it can.</param>
    public static G3Message? Read(ReadOnlyMemory<byte> payload, out string? fault)
    {
        var from = new PduReader(payload);
        var command = from.Byte();
        var message = from.Fault is null ? ReadAny((G3Command)command, ref from) : null;
        fault = from.Fault ?? (from.Remaining > 0 ? $"{from.Remaining} octets follow the end of the {message!.Name}" : null);
        return fault is null ? message : null;
    }

    private static G3Message ReadAny(G3Command command, ref PduReader from) => command switch
    {
        G3Command.Status => new StatusIndication((ModemStatus)from.Byte(), (G3Command)from.Byte()),
        G3Command.Initialize => new Initialize((G3Band)from.Byte(), from.Byte() != 0),
        G3Command.DataRequest => new DataRequest(from.Byte(), from.Byte() != 0, from.Byte(), Counted(ref from)),
        G3Command.DiscoveryRequest => new DiscoveryRequest(from.Byte()),
        G3Command.NetworkStartRequest => new NetworkStartRequest(from.UInt16()),
        G3Command.NetworkJoinRequest => new NetworkJoinRequest(from.UInt16(), from.UInt16(), from.Byte()),
        G3Command.NetworkLeaveRequest or G3Command.ResetRequest or G3Command.NetworkLeaveIndication or G3Command.PathRequestIndication or G3Command.ActivateNewKey => new Bare(command),
        G3Command.SetRequest or G3Command.MacSetRequest or G3Command.LbpSetRequest => new AttributeSet(command, from.UInt32(), from.UInt16(), from.Take(from.Byte())),
        G3Command.GetRequest or G3Command.MacGetRequest => new AttributeGet(command, from.UInt32(), from.UInt16()),
        G3Command.SetConfirm or G3Command.MacSetConfirm or G3Command.LbpSetConfirm => new AttributeSetConfirm(command, from.Byte(), from.UInt32(), from.UInt16()),
        G3Command.GetConfirm or G3Command.MacGetConfirm => new AttributeGetConfirm(command, from.Byte(), from.UInt32(), from.UInt16(), from.Take(from.Byte())),
        G3Command.RouteDiscoveryRequest => new RouteDiscoveryRequest(from.UInt16(), from.Byte()),
        G3Command.PathDiscoveryRequest => new PathDiscoveryRequest(from.UInt16(), from.Byte()),
        G3Command.NoIpDataRequest => new NoIpDataRequest(from.UInt16(), from.Byte(), from.Byte() != 0, from.Byte(), Counted(ref from)),
        G3Command.DataConfirm => new DataConfirm((AdpStatus)from.Byte(), from.Byte()),
        G3Command.DataIndication => new DataIndication(from.Byte(), Counted(ref from)),
        G3Command.NetworkStatusIndication => NetworkStatusIndication.Read(ref from),
        G3Command.DiscoveryConfirm or G3Command.NetworkStartConfirm or G3Command.NetworkLeaveConfirm or G3Command.ResetConfirm or G3Command.RouteDiscoveryConfirm =>
            new Confirm(command, (AdpStatus)from.Byte()),
        G3Command.NetworkJoinConfirm => new NetworkJoinConfirm((AdpStatus)from.Byte(), from.UInt16(), from.UInt16()),
        G3Command.PathDiscoveryConfirm => PathDiscoveryConfirm.Read(ref from),
        G3Command.BufferIndication => new BufferIndication((G3Buffers)from.Byte()),
        G3Command.DiscoveryIndication => DiscoveryIndication.Read(ref from),
        G3Command.RouteNotFoundIndication => new RouteNotFoundIndication(
            from.UInt16(), from.UInt16(), from.UInt16(), from.UInt16(), from.UInt16(), from.Byte(), from.Byte(), from.Byte(), from.Byte(), Counted(ref from)),
        G3Command.ForceRegister => new ForceRegister(Eui(ref from), from.UInt16(), from.UInt16(), from.Take(ForceRegister.KeySize)),
        G3Command.Kick => new Kick(from.UInt16(), Eui(ref from)),
        G3Command.Rekey => new Rekey(from.UInt16(), Eui(ref from), from.Byte() != 0),
        G3Command.SetRekeyPhase => new SetRekeyPhase(from.Byte() != 0),
        G3Command.ShortAddressAssign => new ShortAddressAssign(Eui(ref from), from.UInt16()),
        G3Command.JoinRequestIndication => new JoinRequestIndication(Eui(ref from)),
        G3Command.JoinCompleteIndication => new JoinCompleteIndication(Eui(ref from), from.UInt16()),
        G3Command.LeaveIndication => new LeaveIndication(from.UInt16()),
        _ => new Unknown(command, from.Rest()),
    };

    /// <summary>Octets with their count in two octets in front.</summary>
    private static ReadOnlyMemory<byte> Counted(ref PduReader from) => from.Take(from.UInt16());

    private static Eui64 Eui(ref PduReader from) => new((ulong)from.UInt32() << 32 | from.UInt32());
}
