using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>
/// A message between the host and a PRIME modem (protocol 30): a closed family of small immutable records, each read from a frame's payload and written to one. The command stands first, numbers
/// have their high octet first. Octets inside point into what was read.
/// </summary>
public abstract record PrimeMessage(PrimeCommand Command)
{
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
    public UsiFrame ToFrame() => new(UsiProtocol.Prime, ToPayload());

    /// <summary>Reads one that fills a frame's payload. A command that is not known is <see cref="UnknownMessage"/>, and no fault.</summary>
    /// <param name="fault">Why it cannot be read; null where it can.</param>
    public static PrimeMessage? Read(ReadOnlyMemory<byte> payload, out string? fault)
    {
        var from = new PduReader(payload);
        var command = (PrimeCommand)from.Byte();
        var message = ReadAny(command, ref from);
        fault = from.Fault ?? (from.Remaining > 0 ? $"{from.Remaining} octets follow the end of the {command}" : null);
        return fault is null ? message : null;
    }

    /// <summary>What a concentrator lives by.</summary>
    private static PrimeMessage ReadAny(PrimeCommand command, ref PduReader from) => command switch
    {
        PrimeCommand.DataRequest => new DataRequest(from.Byte(), from.Byte(), from.UInt16(), Counted(ref from), from.Byte()),
        PrimeCommand.DataIndication => new DataIndication(from.Byte(), from.Byte(), from.UInt16(), from.UInt16(), Counted(ref from), from.Byte()),
        PrimeCommand.DataConfirm => new DataConfirm(from.Byte(), from.Byte(), from.UInt16(), (DataStatus)from.Byte()),
        PrimeCommand.JoinIndication => JoinIndication.Read(ref from),
        PrimeCommand.LeaveIndication or PrimeCommand.ReleaseRequest => new AddressMessage(command, from.UInt16()),
        PrimeCommand.NetworkEvent => NetworkEvent.Read(ref from),
        PrimeCommand.GetRequest or PrimeCommand.ListGetRequest => new PibRequest(command, (PrimePib)from.UInt16()),
        PrimeCommand.GetConfirm => new PibConfirm((MlmeResult)from.Byte(), (PrimePib)from.UInt16(), Short(ref from)),
        PrimeCommand.ListGetConfirm => new PibListConfirm((MlmeResult)from.Byte(), (PrimePib)from.UInt16(), Counted(ref from)),
        PrimeCommand.SetRequest => new PibSet((PrimePib)from.UInt16(), Short(ref from)),
        PrimeCommand.ResetRequest or PrimeCommand.FirmwareClearTargets or PrimeCommand.FirmwareCheckCrc => new BareMessage(command),
        PrimeCommand.ResetConfirm or PrimeCommand.SetConfirm or PrimeCommand.PromoteConfirm or PrimeCommand.ChannelPromoteConfirm => new ResultMessage(command, (MlmeResult)from.Byte()),
        PrimeCommand.PromoteRequest => new PromoteRequest(Eui48.Read(ref from), from.Byte(), null),
        PrimeCommand.ChannelPromoteRequest => new PromoteRequest(Eui48.Read(ref from), from.Byte(), from.UInt16()),
        PrimeCommand.WhiteListAdd or PrimeCommand.WhiteListRemove => new EuiMessage(command, Eui48.Read(ref from)),
        PrimeCommand.WhiteListAck or PrimeCommand.ProfileAck => new AckMessage(command, (PrimeCommand)from.Byte(), from.Byte()),
        PrimeCommand.RedirectResponse => new RedirectResponse(from.UInt16(), Eui48.Read(ref from), Counted(ref from)),
        <= PrimeCommand.NullDataIndication => NullMessages.Read(command, ref from),
        <= PrimeCommand.PhySetConfirm => PhyMessages.Read(command, ref from),
        >= PrimeCommand.FirmwareClearTargets and <= PrimeCommand.FirmwareSignature => FirmwareMessages.Read(command, ref from),
        >= PrimeCommand.ProfileGet and <= PrimeCommand.ProfileZeroCrossDifference => ProfileMessages.Read(command, ref from),
        _ => new UnknownMessage(command, from.Rest()),
    };

    /// <summary>Octets with their count in two octets in front.</summary>
    internal static ReadOnlyMemory<byte> Counted(ref PduReader from) => from.Take(from.UInt16());

    /// <summary>Octets with their count in one octet in front.</summary>
    internal static ReadOnlyMemory<byte> Short(ref PduReader from) => from.Take(from.Byte());
}
