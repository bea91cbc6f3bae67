using Protocols.Dlms.Apdu;

namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>What may go through to a meter: everything that is ciphered for it, what asks, and what proves; never what changes something in clear, and nothing that is told to many.</summary>
internal static class PassingRules
{
    private const ushort AssociationClass = 15;

    /// <summary>False where an APDU is kept back.</summary>
    internal static bool MayPass(ReadOnlyMemory<byte> apdu) => MayPass(apdu, depth: 0);

    private static bool MayPass(ReadOnlyMemory<byte> apdu, int depth)
    {
        if (apdu.IsEmpty || depth > 2)
        {
            return false;
        }

        switch ((ApduTag)apdu.Span[0])
        {
            case ApduTag.GeneralBlockTransfer:
                // The first block shows what the whole will be; one behind it, or an acknowledgement, leads nowhere without it.
                return Pdu.Read(apdu, out _) is GeneralBlockTransfer block && (block.Block > 1 || block.Raw.IsEmpty || MayPass(block.Raw, depth + 1));
            case ApduTag.GeneralSigning:
                return Pdu.Read(apdu, out _) is GeneralSigning signed && MayPass(signed.Content, depth + 1);
            case ApduTag.SetRequest or ApduTag.AccessRequest or ApduTag.WriteRequest or ApduTag.UnconfirmedWriteRequest or ApduTag.GatewayRequest or ApduTag.GatewayResponse:
                return false;
            case ApduTag.ActionRequest:
                return Pdu.Read(apdu, out _) is ActionRequest.Normal { Method: { ClassId: AssociationClass, Attribute: 1 } }; // the proof of high level security
            default:
                return Pdu.Read(apdu, out _) is { } pdu && !IsToMany(pdu); // what nobody can read is not passed on either
        }
    }

    private static bool IsToMany(Pdu pdu) => pdu switch
    {
        Ciphered one => IsToMany(one.Content),
        GeneralCiphered general => IsToMany(general.Content),
        GeneralCiphering ciphering => IsToMany(ciphering.Content),
        _ => false,
    };

    private static bool IsToMany(ReadOnlyMemory<byte> content) => !content.IsEmpty && (content.Span[0] & CipheredContent.Broadcast) != 0;
}
