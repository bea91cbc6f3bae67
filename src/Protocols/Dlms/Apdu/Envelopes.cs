namespace Protocols.Dlms.Apdu;

/// <summary>GENERAL-BLOCK-TRANSFER: <code>E0 | last 7, streaming 6, window 0-5 | block u16 | acknowledged block u16 | L octets</code></summary>
public sealed record GeneralBlockTransfer(byte Control, ushort Block, ushort Acknowledged, ReadOnlyMemory<byte> Raw) : Pdu
{
    /// <summary>The last block.</summary>
    public bool IsLast => (Control & 0x80) != 0;

    /// <summary>More blocks follow without being asked for.</summary>
    public bool IsStreaming => (Control & 0x40) != 0;

    /// <summary>Blocks that may be sent without being acknowledged; 0 for unconfirmed.</summary>
    public int Window => Control & 0x3F;

    public override string Name => "general-block-transfer";

    public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.GeneralBlockTransfer).Byte(Control).UInt16(Block).UInt16(Acknowledged).Octets(Raw);
}

/// <summary>The gateway prefix: <code>E6 or E7 | network | L address | APDU</code> It lies outside all ciphering.</summary>
public sealed record Gateway(bool IsResponse, byte Network, ReadOnlyMemory<byte> Address, ReadOnlyMemory<byte> Inner) : Pdu
{
    public override string Name => IsResponse ? "gateway-response" : "gateway-request";

    public override void WriteTo(PduWriter to) => to.Byte((byte)(IsResponse ? ApduTag.GatewayResponse : ApduTag.GatewayRequest)).Byte(Network).Octets(Address).Raw(Inner);
}

/// <summary>An APDU under a global or dedicated key: <code>tag | L | security control | invocation counter u32 | payload</code></summary>
/// <param name="Tag">Its tag.</param>
/// <param name="IsDedicated">Under the association's dedicated key.</param>
/// <param name="Content">From the security control octet on.</param>
public sealed record Ciphered(byte Tag, bool IsDedicated, ReadOnlyMemory<byte> Content) : Pdu
{
    private const int Global = 0x08, Dedicated = 0x10;

    public override string Name => (IsDedicated ? "ded-" : "glo-") + NameOf((byte)(Tag - Offset(Tag)));

    public override void WriteTo(PduWriter to) => to.Byte(Tag).Octets(Content);

    /// <summary>What a ciphered tag stands for; null for tags that are none.</summary>
    internal static (byte Tag, bool IsDedicated)? Plain(byte tag) => tag switch
    {
        0x21 => ((byte)ApduTag.InitiateRequest, false),
        0x28 => ((byte)ApduTag.InitiateResponse, false),
        0x41 => ((byte)ApduTag.InitiateRequest, true),
        0x48 => ((byte)ApduTag.InitiateResponse, true),
        0x25 or 0x26 or 0x2C or 0x2D or 0x2E or 0x36 or 0x38 => ((byte)(tag - 0x20), false),
        0x45 or 0x46 or 0x4C or 0x4D or 0x4E or 0x56 or 0x58 => ((byte)(tag - 0x40), true),
        >= 0xC8 and <= 0xCD or 0xCF => ((byte)(tag - Global), false),
        >= 0xD0 and <= 0xD5 or 0xD7 => ((byte)(tag - Dedicated), true),
        _ => null,
    };

    /// <summary>The ciphered tag of a plain one; null for services that travel in general-glo-ciphering only.</summary>
    internal static byte? TagOf(byte plain, bool dedicated) => plain switch
    {
        0x01 or 0x08 or 0x05 or 0x06 or 0x0C or 0x0D or 0x0E or 0x16 or 0x18 => (byte)(plain + (dedicated ? 0x40 : 0x20)),
        >= 0xC0 and <= 0xC5 or 0xC7 => (byte)(plain + (dedicated ? Dedicated : Global)),
        _ => null,
    };

    private static int Offset(byte tag) => tag >= 0xD0 ? Dedicated : tag >= 0xC8 ? Global : tag >= 0x41 ? 0x40 : 0x20;

    private static string NameOf(byte tag) => (ApduTag)tag switch
    {
        ApduTag.InitiateRequest => "initiate-request", ApduTag.InitiateResponse => "initiate-response", ApduTag.ReadRequest => "read-request", ApduTag.WriteRequest => "write-request",
        ApduTag.ReadResponse => "read-response", ApduTag.WriteResponse => "write-response", ApduTag.ConfirmedServiceError => "confirmed-service-error",
        ApduTag.UnconfirmedWriteRequest => "unconfirmed-write-request", ApduTag.InformationReport => "information-report", ApduTag.GetRequest => "get-request", ApduTag.SetRequest => "set-request",
        ApduTag.EventNotification => "event-notification", ApduTag.ActionRequest => "action-request", ApduTag.GetResponse => "get-response", ApduTag.SetResponse => "set-response",
        _ => "action-response",
    };
}

/// <summary>GENERAL-GLO or GENERAL-DED-CIPHERING: <code>DB or DC | L system title | L security control, counter, payload</code></summary>
public sealed record GeneralCiphered(bool IsDedicated, ReadOnlyMemory<byte> SystemTitle, ReadOnlyMemory<byte> Content) : Pdu
{
    public override string Name => IsDedicated ? "general-ded-ciphering" : "general-glo-ciphering";

    public override void WriteTo(PduWriter to) => to.Byte((byte)(IsDedicated ? ApduTag.GeneralDed : ApduTag.GeneralGlo)).Octets(SystemTitle).Octets(Content);
}

/// <summary>Who says it to whom, in general-ciphering and general-signing: five octet strings.</summary>
public readonly record struct GeneralHeader(
    ReadOnlyMemory<byte> Transaction, ReadOnlyMemory<byte> Originator, ReadOnlyMemory<byte> Recipient, ReadOnlyMemory<byte> At, ReadOnlyMemory<byte> Other)
{
    internal static GeneralHeader Read(ref PduReader from) => new(from.Octets(), from.Octets(), from.Octets(), from.Octets(), from.Octets());

    internal PduWriter WriteTo(PduWriter to) => to.Octets(Transaction).Octets(Originator).Octets(Recipient).Octets(At).Octets(Other);
}

/// <summary>How the key of a general-ciphering APDU is told.</summary>
/// <param name="Choice">0 identified key, 1 wrapped key, 2 agreed key.</param>
/// <param name="Id">Key id; for an agreed key its parameters.</param>
/// <param name="Material">Wrapped key, or key-ciphered data.</param>
public readonly record struct KeyInformation(byte Choice, ReadOnlyMemory<byte> Id, ReadOnlyMemory<byte> Material)
{
    internal static KeyInformation Read(ref PduReader from)
    {
        var choice = from.Byte();
        return choice switch
        {
            0 => new KeyInformation(choice, from.Take(1), default),
            1 => new KeyInformation(choice, from.Take(1), from.Octets()),
            2 => new KeyInformation(choice, from.Octets(), from.Octets()),
            _ => from.Refuse<KeyInformation>($"key information has no choice {choice}"),
        };
    }

    internal void WriteTo(PduWriter to)
    {
        to.Byte(Choice);
        _ = Choice switch { 0 => to.Raw(Id), 1 => to.Raw(Id).Octets(Material), _ => to.Octets(Id).Octets(Material) };
    }
}

/// <summary>GENERAL-CIPHERING: <code>DD | header | [key information] | L security control, counter, payload</code></summary>
public sealed record GeneralCiphering(GeneralHeader Header, KeyInformation? Key, ReadOnlyMemory<byte> Content) : Pdu
{
    public override string Name => "general-ciphering";

    public override void WriteTo(PduWriter to)
    {
        var head = Header.WriteTo(to.Byte((byte)ApduTag.GeneralCiphering));
        if (Key is { } key)
        {
            key.WriteTo(head.Byte(1));
        }
        else
        {
            head.Byte(0);
        }

        to.Octets(Content);
    }

    internal static GeneralCiphering Read(ref PduReader from) => new(GeneralHeader.Read(ref from), from.IsPresent() ? KeyInformation.Read(ref from) : null, from.Octets());
}

/// <summary>GENERAL-SIGNING: <code>DF | header | L content | L signature</code> Before it is signed it stands without signature.</summary>
public sealed record GeneralSigning(GeneralHeader Header, ReadOnlyMemory<byte> Content, ReadOnlyMemory<byte>? Signature) : Pdu
{
    public override string Name => "general-signing";

    public override void WriteTo(PduWriter to)
    {
        var head = Header.WriteTo(to.Byte((byte)ApduTag.GeneralSigning)).Octets(Content);
        _ = Signature is { } signature ? head.Octets(signature) : head;
    }

    internal static GeneralSigning Read(ref PduReader from) => new(GeneralHeader.Read(ref from), from.Octets(), from.OctetsUnlessEnd());
}
