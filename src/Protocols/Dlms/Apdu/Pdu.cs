namespace Protocols.Dlms.Apdu;

/// <summary>
/// An application protocol data unit: a closed family of small immutable messages, each of which is read from octets and written to them. Octets inside point into what was read.
/// </summary>
public abstract record Pdu
{
    private const int MostKept = 64 * 1024;

    [ThreadStatic]
    private static ApduBuffer? _scratch;

    private protected Pdu()
    {
    }

    /// <summary>Its name in the standard, in small letters with dashes.</summary>
    public abstract string Name { get; }

    /// <summary>Writes it, tag first.</summary>
    public abstract void WriteTo(PduWriter to);

    /// <summary>Its octets.</summary>
    public byte[] ToOctets()
    {
        var to = _scratch ??= new ApduBuffer();
        to.Clear();
        WriteTo(new PduWriter(to));
        _scratch = to.Written.Length > MostKept ? null : to;
        return to.Written.ToArray();
    }

    /// <summary>Reads one APDU that fills the octets.</summary>
    /// <param name="octets">From the tag on.</param>
    /// <param name="fault">Why it cannot be read; null where it can.</param>
    public static Pdu? Read(ReadOnlyMemory<byte> octets, out string? fault)
    {
        var from = new PduReader(octets);
        var apdu = ReadAny(ref from);
        fault = from.Fault ?? (from.Remaining > 0 ? $"{from.Remaining} octets follow the end of the {apdu!.Name}" : null);
        return fault is null ? apdu : null;
    }

    internal static Pdu? ReadAny(ref PduReader from)
    {
        var tag = from.Byte();
        if (Ciphered.Plain(tag) is { } plain)
        {
            return new Ciphered(tag, plain.IsDedicated, CipheredContent.Read(ref from));
        }

        return (ApduTag)tag switch
        {
            ApduTag.GetRequest => GetRequest.Read(ref from),
            ApduTag.GetResponse => GetResponse.Read(ref from),
            ApduTag.SetRequest => SetRequest.Read(ref from),
            ApduTag.SetResponse => SetResponse.Read(ref from),
            ApduTag.ActionRequest => ActionRequest.Read(ref from),
            ApduTag.ActionResponse => ActionResponse.Read(ref from),
            ApduTag.AccessRequest => AccessRequest.Read(ref from),
            ApduTag.AccessResponse => AccessResponse.Read(ref from),
            ApduTag.DataNotification => DataNotification.Read(ref from),
            ApduTag.DataNotificationConfirm => DataNotificationConfirm.Read(ref from),
            ApduTag.EventNotification => EventNotification.Read(ref from),
            ApduTag.ExceptionResponse => ExceptionResponse.Read(ref from),
            ApduTag.ConfirmedServiceError => new ConfirmedServiceError(from.Byte(), from.Byte(), from.Byte()),
            ApduTag.GeneralBlockTransfer => new GeneralBlockTransfer(from.Byte(), from.UInt16(), from.UInt16(), from.Octets()),
            ApduTag.GatewayRequest or ApduTag.GatewayResponse => new Gateway(tag == (byte)ApduTag.GatewayResponse, from.Byte(), from.Octets(), from.Rest()),
            ApduTag.InitiateRequest => InitiateRequest.Read(ref from),
            ApduTag.InitiateResponse => InitiateResponse.Read(ref from),
            ApduTag.GeneralGlo or ApduTag.GeneralDed => new GeneralCiphered(tag == (byte)ApduTag.GeneralDed, CipheredContent.ReadTitle(ref from), CipheredContent.Read(ref from)),
            ApduTag.GeneralCiphering => GeneralCiphering.Read(ref from),
            ApduTag.GeneralSigning => GeneralSigning.Read(ref from),
            ApduTag.AssociationRequest or ApduTag.AssociationResponse or ApduTag.ReleaseRequest or ApduTag.ReleaseResponse => AssociationMessage.Read((ApduTag)tag, ref from),
            ApduTag.ReadRequest => ReadRequest.Read(ref from),
            ApduTag.ReadResponse => ReadResponse.Read(ref from),
            ApduTag.WriteRequest or ApduTag.UnconfirmedWriteRequest => WriteRequest.Read((ApduTag)tag == ApduTag.WriteRequest, ref from),
            ApduTag.WriteResponse => WriteResponse.Read(ref from),
            ApduTag.InformationReport => InformationReport.Read(ref from),
            _ => from.Refuse<Pdu>($"no APDU begins with {tag:X2}"),
        };
    }
}
