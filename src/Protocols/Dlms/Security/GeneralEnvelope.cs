using System.Security.Cryptography;
using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Security;

/// <summary>
/// Makes and opens general-ciphering and general-signing (IEC 62056-5-3 clause 9). The header's five strings with their lengths are part of the additional data, behind the authentication key:
/// <code>SC | AK | transaction | originator | recipient | date-time | other information</code>
/// A signature stands over everything between the tag and its own length.
/// </summary>
public static class GeneralEnvelope
{
    private const byte OnePassId = 1, StaticId = 2, KekId = 0;

    /// <summary>Enciphers an APDU under a key that is told as <paramref name="way"/> says.</summary>
    /// <param name="control">Security control octet.</param>
    /// <param name="counter">Never used before under an identified key; 0 under a key of its own.</param>
    /// <param name="identified">The global key; used for <see cref="GeneralKey.Identified"/> alone.</param>
    /// <param name="fault">What is missing; null where nothing is.</param>
    public static GeneralCiphering? Seal(
        GeneralKey way, byte control, uint counter, in GeneralHeader header, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> identified, ReadOnlySpan<byte> authenticationKey, Credentials credentials,
        EnvelopeRules rules, out string? fault)
    {
        var key = KeyFor(way, control, header, identified, credentials, rules, out var information, out fault);
        if (key is null)
        {
            return null;
        }

        var outer = rules.IsHeaderInside ? default : header;
        var content = new byte[plain.Length + DlmsCipher.Overhead(control)];
        using (var cipher = new DlmsCipher(key, Additional(authenticationKey, outer, rules)))
        {
            cipher.Protect(control, header.Originator.Span, counter, plain, content);
        }

        CryptographicOperations.ZeroMemory(key);
        return new GeneralCiphering(outer, information, content);
    }

    /// <summary>Opens a general-ciphering APDU. Gives why it is refused; null where it was opened.</summary>
    /// <param name="way">How its key was told.</param>
    public static string? Open(
        GeneralCiphering sealedApdu, ReadOnlySpan<byte> identified, ReadOnlySpan<byte> authenticationKey, Credentials credentials, EnvelopeRules rules, out byte[] plain, out GeneralKey way)
    {
        (plain, way) = ([], GeneralKey.None);
        var content = sealedApdu.Content;
        if (content.Length < CipheredContent.HeaderSize)
        {
            return $"{content.Length} octets are no ciphered content";
        }

        var header = sealedApdu.Header;
        if (rules.IsHeaderInside)
        {
            if (Pdu.Read(Inside(content), out var unreadable) is not GeneralSigning inside)
            {
                return $"no signed APDU stands inside: {unreadable}";
            }

            header = inside.Header;
        }

        var key = KeyOf(sealedApdu, header, identified, credentials, rules, out way, out var fault);
        if (key is null)
        {
            return fault;
        }

        var octets = new byte[content.Length];
        using (var cipher = new DlmsCipher(key, Additional(authenticationKey, sealedApdu.Header, rules)))
        {
            fault = cipher.Open(content.Span, header.Originator.Span, octets, out var length);
            plain = fault is null ? octets[..length] : [];
        }

        CryptographicOperations.ZeroMemory(key);
        return fault;
    }

    /// <summary>Signs an APDU.</summary>
    public static GeneralSigning Sign(ECDsa key, in GeneralHeader header, ReadOnlyMemory<byte> content)
    {
        var bare = new GeneralSigning(header, content, null);
        return bare with { Signature = Signatures.Sign(key, bare.ToOctets().AsSpan(1)) };
    }

    /// <summary>Gives why a signed APDU is not believed; null where its signature holds.</summary>
    /// <param name="publicKey">x and y of whoever signed it.</param>
    public static string? Verify(GeneralSigning signed, ReadOnlySpan<byte> publicKey)
    {
        if (signed.Signature is not { Length: 64 or 96 } signature)
        {
            return "the signed APDU has no signature of 64 or 96 octets";
        }

        using var key = KeyAgreement.Verifier(publicKey);
        return key is null ? "the public key of whoever signed is not known"
            : Signatures.Holds(key, (signed with { Signature = null }).ToOctets().AsSpan(1), signature.Span) ? null
            : "the signature does not hold: another key signed, or the APDU was tampered with";
    }

    private static byte[]? KeyFor(
        GeneralKey way, byte control, in GeneralHeader header, ReadOnlySpan<byte> identified, Credentials credentials, EnvelopeRules rules, out KeyInformation? information, out string? fault)
    {
        var suite = (byte)(control & CipheredContent.SuiteMask);
        (information, fault) = (null, null);
        switch (way)
        {
            case GeneralKey.Identified:
                information = new KeyInformation(0, (byte[])[(control & CipheredContent.Broadcast) != 0 ? (byte)1 : (byte)0], default);
                return identified.ToArray();
            case GeneralKey.Wrapped when credentials.Wrapping.IsEmpty:
                fault = "a wrapped key wants a key-encrypting key, and there is none";
                return null;
            case GeneralKey.Wrapped:
                var fresh = RandomNumberGenerator.GetBytes(suite == 2 ? 32 : 16);
                information = new KeyInformation(1, (byte[])[KekId], KeyWrap.Wrap(credentials.Wrapping.Span, fresh));
                return fresh;
            case GeneralKey.OnePass when credentials.Signing is null:
                fault = "a key agreed in one pass wants a private key for signing, and there is none";
                return null;
            case GeneralKey.OnePass:
                using (var ephemeral = ECDiffieHellman.Create(suite == 2 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256))
                {
                    var point = KeyAgreement.PublicOctets(ephemeral);
                    information = new KeyInformation(2, (byte[])[OnePassId], (byte[])[.. point, .. Signatures.Sign(credentials.Signing!, point)]);
                    return Agreed(ephemeral, credentials.TheirAgreement, suite, header, isStatic: false, rules, out fault);
                }

            default:
                information = rules.IsHeaderInside ? null : new KeyInformation(2, (byte[])[StaticId], default);
                return Agreed(credentials.Agreement, credentials.TheirAgreement, suite, header, isStatic: true, rules, out fault);
        }
    }

    private static byte[]? KeyOf(
        GeneralCiphering sealedApdu, in GeneralHeader header, ReadOnlySpan<byte> identified, Credentials credentials, EnvelopeRules rules, out GeneralKey way, out string? fault)
    {
        var suite = (byte)(sealedApdu.Content.Span[0] & CipheredContent.SuiteMask);
        fault = null;
        switch (sealedApdu.Key)
        {
            case null when rules.IsHeaderInside:
                way = GeneralKey.Static;
                return Agreed(credentials.Agreement, credentials.TheirAgreement, suite, header, isStatic: true, rules, out fault);
            case { Choice: 0 } when identified.Length > 0:
                way = GeneralKey.Identified;
                return identified.ToArray();
            case { Choice: 1 } wrapped:
                way = GeneralKey.Wrapped;
                var key = credentials.Wrapping.IsEmpty ? null : KeyWrap.Unwrap(credentials.Wrapping.Span, wrapped.Material.Span);
                fault = key is null ? "the wrapped key cannot be unwrapped: another key-encrypting key, or tampered with"
                    : key.Length != (suite == 2 ? 32 : 16) ? $"the wrapped key has {key.Length} octets, which suite {suite} has not" : null;
                return fault is null ? key : null;
            case { Choice: 2, Id: { Length: 1 } id } agreed when id.Span[0] == OnePassId:
                way = GeneralKey.OnePass;
                var half = suite == 2 ? 96 : 64;
                if (agreed.Material.Length != 2 * half)
                {
                    fault = $"an ephemeral key and its signature have {2 * half} octets in suite {suite}, not {agreed.Material.Length}";
                    return null;
                }

                using (var signer = KeyAgreement.Verifier(credentials.TheirSigning.Span))
                {
                    if (signer is null || !Signatures.Holds(signer, agreed.Material.Span[..half], agreed.Material.Span[half..]))
                    {
                        fault = signer is null ? "the public key of whoever signed the ephemeral key is not known" : "the signature of the ephemeral key does not hold";
                        return null;
                    }
                }

                return Agreed(credentials.Agreement, agreed.Material[..half], suite, header, isStatic: false, rules, out fault);
            case { Choice: 2, Id: { Length: 1 } id } when id.Span[0] == StaticId:
                way = GeneralKey.Static;
                return Agreed(credentials.Agreement, credentials.TheirAgreement, suite, header, isStatic: true, rules, out fault);
            default:
                way = GeneralKey.None;
                fault = "it tells its key in no way this side knows";
                return null;
        }
    }

    private static byte[]? Agreed(ECDiffieHellman? ours, ReadOnlyMemory<byte> theirs, byte suite, in GeneralHeader header, bool isStatic, EnvelopeRules rules, out string? fault)
    {
        var secret = ours is null ? null : KeyAgreement.Secret(ours, theirs.Span);
        if (secret is null || (isStatic && header.Transaction.IsEmpty))
        {
            fault = secret is null ? "no key can be agreed: a private or public key for it is missing, or is on another curve" : "a key of static keys wants a transaction id, and there is none";
            return null;
        }

        fault = null;
        byte[] partyV = isStatic ? [(byte)header.Transaction.Length, .. header.Transaction.Span, .. header.Recipient.Span] : header.Recipient.ToArray();
        var key = KeyAgreement.Derive(secret, suite == 2 ? DerivedKey.Gcm256 : DerivedKey.Gcm128, header.Originator.Span, partyV, rules.AlgorithmArc);
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static byte[] Additional(ReadOnlySpan<byte> authenticationKey, in GeneralHeader header, EnvelopeRules rules)
    {
        var to = new ApduBuffer();
        if (rules.HasAuthenticationKey)
        {
            authenticationKey.CopyTo(to.Take(authenticationKey.Length));
        }

        header.WriteTo(new PduWriter(to));
        return to.Written.ToArray();
    }

    private static ReadOnlyMemory<byte> Inside(ReadOnlyMemory<byte> content) =>
        content[CipheredContent.HeaderSize..((content.Span[0] & CipheredContent.Authenticated) != 0 ? Math.Max(CipheredContent.HeaderSize, content.Length - CipheredContent.TagSize) : content.Length)];
}
