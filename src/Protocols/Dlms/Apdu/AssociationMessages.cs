using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Apdu;

/// <summary>A field of an ACSE message: <code>tag | L content</code> The content is kept as it came, so that what other makers add is not lost.</summary>
/// <param name="Tag">Which.</param>
/// <param name="Content">Its octets.</param>
/// <param name="Declared">The length that stands in front; some servers write one that is too short for the user information.</param>
public readonly record struct AssociationField(byte Tag, ReadOnlyMemory<byte> Content, int Declared)
{
    internal static AssociationField Read(ref PduReader from)
    {
        var (tag, declared) = (from.Byte(), from.Length());
        if (tag == AssociationMessage.UserInformation && declared < from.Remaining && from.Peek(1) is { } inner && 2 + inner > declared)
        {
            return new AssociationField(tag, from.Rest(), declared);
        }

        return new AssociationField(tag, from.Take(declared), declared);
    }
}

/// <summary>
/// AARQ, AARE, RLRQ, RLRE: BER fields in the order they came.
/// <code>60..63 | L {A1 context name, A6 calling title, 8A requirements, 8B mechanism, AC authentication value, BE user information, ..}</code>
/// (IEC 62056-5-3 clause 7.) Lengths are read leniently: a meter's outer length may be short of what follows.
/// </summary>
public sealed record AssociationMessage(ApduTag Tag, int Declared, IReadOnlyList<AssociationField> Fields) : Pdu
{
    /// <summary>Field tags.</summary>
    public const byte ContextName = 0xA1, Result = 0xA2, Diagnostic = 0xA3, RespondingTitle = 0xA4, CallingTitle = 0xA6, RespondingRequirements = 0x88, RespondingMechanism = 0x89,
        Requirements = 0x8A, Mechanism = 0x8B, RespondingValue = 0xAA, CallingValue = 0xAC, UserInformation = 0xBE, Reason = 0x80, RespondingCertificate = 0xA5, CallingCertificate = 0xA7;

    public override string Name => Tag switch { ApduTag.AssociationRequest => "aarq", ApduTag.AssociationResponse => "aare", ApduTag.ReleaseRequest => "rlrq", _ => "rlre" };

    /// <summary>The content of a field; null where it is not there.</summary>
    public ReadOnlyMemory<byte>? this[byte tag]
    {
        get
        {
            foreach (var field in Fields)
            {
                if (field.Tag == tag)
                {
                    return field.Content;
                }
            }

            return null;
        }
    }

    /// <summary>System title of the side that speaks; null where it says none.</summary>
    public ReadOnlyMemory<byte>? SystemTitle => Inner(this[Tag is ApduTag.AssociationRequest ? CallingTitle : RespondingTitle], 0x04);

    /// <summary>Challenge or password; null where there is none.</summary>
    public ReadOnlyMemory<byte>? AuthenticationValue => Inner(this[Tag is ApduTag.AssociationRequest ? CallingValue : RespondingValue], 0x80);

    /// <summary>Certificate for signing of the side that speaks, in the AE qualifier; null where it shows none.</summary>
    public ReadOnlyMemory<byte>? Certificate => Inner(this[Tag is ApduTag.AssociationRequest ? CallingCertificate : RespondingCertificate], 0x04);

    /// <summary>The initiate APDU inside, plain or ciphered; null where there is none.</summary>
    public ReadOnlyMemory<byte>? Initiate => Inner(this[UserInformation], 0x04);

    /// <summary>1 logical names, 2 short names, 3 and 4 the same ciphered; 0 where it is not told.</summary>
    public int ContextId => this[ContextName] is { Length: 9 } name ? name.Span[8] : 0;

    /// <summary>Authentication mechanism 0 to 7.</summary>
    public int MechanismId => this[Tag is ApduTag.AssociationRequest ? Mechanism : RespondingMechanism] is { Length: 7 } name ? name.Span[6] : 0;

    /// <summary>0 accepted, 1 refused for good, 2 refused for now; null where it is not told.</summary>
    public byte? AssociationResult => this[Result] is { Length: 3 } result ? result.Span[2] : null;

    /// <summary>Why; 0 none, 13 authentication failed, 14 authentication required.</summary>
    public byte? DiagnosticValue => this[Diagnostic] is { Length: 5 } diagnostic ? diagnostic.Span[4] : null;

    public override void WriteTo(PduWriter to)
    {
        var head = to.Byte((byte)Tag).Length(Declared);
        foreach (var field in Fields)
        {
            head.Byte(field.Tag).Length(field.Declared).Raw(field.Content);
        }
    }

    /// <summary>Some meters write fields twice, or fields of their own; a list of thousands is an attack.</summary>
    private const int MostFields = 64;

    internal static AssociationMessage Read(ApduTag tag, ref PduReader from)
    {
        var declared = from.Length();
        var fields = new List<AssociationField>();
        while (from.Remaining > 0 && from.Fault is null)
        {
            fields.Add(AssociationField.Read(ref from));
            _ = fields.Count <= MostFields || from.Refuse<bool>($"more than {MostFields} fields stand in an association message");
        }

        return new AssociationMessage(tag, declared, fields);
    }

    /// <summary>A message of fields, with the lengths they have.</summary>
    public static AssociationMessage Of(ApduTag tag, params IReadOnlyList<(byte Tag, ReadOnlyMemory<byte> Content)> fields)
    {
        var (declared, all) = (0, new AssociationField[fields.Count]);
        for (var i = 0; i < all.Length; i++)
        {
            var length = fields[i].Content.Length;
            declared += 1 + AXdrWriter.LengthOf(length) + length;
            all[i] = new AssociationField(fields[i].Tag, fields[i].Content, length);
        }

        return new AssociationMessage(tag, declared, all);
    }

    /// <summary>Octets under a tag of their own, as they stand inside a field (BER).</summary>
    internal static byte[] Inner(byte tag, ReadOnlySpan<byte> octets) => octets.Length < 0x80 ? [tag, (byte)octets.Length, .. octets]
        : octets.Length <= 0xFF ? [tag, 0x81, (byte)octets.Length, .. octets] : [tag, 0x82, (byte)(octets.Length >> 8), (byte)octets.Length, .. octets];

    /// <summary>What stands inside a field under a tag of its own.</summary>
    private static ReadOnlyMemory<byte>? Inner(ReadOnlyMemory<byte>? content, byte tag)
    {
        if (content is not { } octets)
        {
            return null;
        }

        var from = new PduReader(octets);
        var found = from.Byte() == tag ? from.Octets() : default;
        return from.Fault is null && !found.IsEmpty ? found : null;
    }
}
