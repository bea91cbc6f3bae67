using System.Buffers.Binary;
using System.Security.Cryptography;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;

namespace Simulation.Dlms;

/// <summary>
/// A simulated meter's general-ciphering and general-signing, a second time and from the document alone: the transaction, originator, recipient, date-time and other information with their lengths
/// follow the authentication key in the additional data; keys are agreed by ECDH and one round of SHA over 00000001, Z, algorithm id, and the parties.
/// </summary>
internal sealed class MeterEnvelopes(MeterKeys keys)
{
    private static readonly byte[] Algorithm = [0x60, 0x85, 0x74, 0x05, 0x08, 0x03];
    private byte[] _client = [];
    private uint _transaction;

    /// <summary>Opens; empty octets where anything is wrong.</summary>
    internal (byte[] Plain, HostProtection How, uint? Expected) Open(Pdu pdu)
    {
        var how = new HostProtection(HostProtection.SignedAlone, false, 0);
        byte[] plain = [];
        byte[] transaction = [];
        var signed = pdu as GeneralSigning;
        if (pdu is GeneralCiphering outer)
        {
            var content = outer.Content.ToArray();
            if (content.Length < 5 + 12)
            {
                return ([], how, null);
            }

            var (key, form) = KeyOf(outer, content[0]);
            if (key is null || (content[0] & 0x0F) != keys.Suite || !outer.Header.Recipient.Span.SequenceEqual(keys.Title))
            {
                return ([], how, null);
            }

            var counter = BinaryPrimitives.ReadUInt32BigEndian(content.AsSpan(1));
            if (form == 2 && counter < keys.Expects)
            {
                return ([], how, keys.Expects);
            }

            plain = Gcm(key, outer.Header, content, outer.Header.Originator.Span);
            if (plain.Length == 0)
            {
                keys.BadTags++;
                return ([], how, null);
            }

            keys.Expects = form == 2 ? counter + 1 : keys.Expects;
            (_client, transaction) = (outer.Header.Originator.ToArray(), outer.Header.Transaction.ToArray());
            how = new HostProtection(form, false, content[0], false, transaction);
            signed = plain[0] == 0xDF ? Pdu.Read(plain, out _) as GeneralSigning : null;
            if (form > 2 && !IsNew(transaction))
            {
                keys.Repeated++;
                return ([], how, null);
            }
        }

        if (signed is null)
        {
            return (plain, how, null);
        }

        if (keys.ClientSigning.Length == 0)
        {
            return ([], how, null); // this meter knows nobody's signature
        }

        using var verifier = ECDsa.Create(Point(keys.ClientSigning));
        if (!verifier.VerifyData(Signed(signed), signed.Signature!.Value.Span, Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))
        {
            return ([], how, null);
        }

        (_client, transaction) = (signed.Header.Originator.ToArray(), signed.Header.Transaction.ToArray());
        return (signed.Content.ToArray(), how with { IsSigned = true, Transaction = transaction }, null);
    }

    /// <summary>Signs an answer: the header and the content with their lengths.</summary>
    internal byte[] Sign(byte[] plain, HostProtection like)
    {
        var bare = new GeneralSigning(new GeneralHeader(like.Transaction, keys.Title, _client, default, default), plain, null);
        return (bare with { Signature = keys.Signing!.SignData(Signed(bare), Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) }).ToOctets();
    }

    /// <summary>Enciphers an answer in the way the question came.</summary>
    internal byte[] Seal(byte[] plain, HostProtection like)
    {
        var header = new GeneralHeader(like.Transaction, keys.Title, _client, default, default);
        byte[] key;
        KeyInformation information;
        var counter = new byte[4];
        switch (like.Form)
        {
            case 2:
                (key, information) = (keys.Guek, new KeyInformation(0, new byte[1], default));
                BinaryPrimitives.WriteUInt32BigEndian(counter, keys.Sends++);
                break;
            case 3:
                key = RandomNumberGenerator.GetBytes(keys.Guek.Length);
                information = new KeyInformation(1, new byte[1], MeterKeyWrap.Wrap(keys.Kek, key));
                break;
            case 4:
                using (var ephemeral = ECDiffieHellman.Create(Curve))
                {
                    var point = Octets(ephemeral);
                    key = Agree(ephemeral, keys.ClientAgreement, header, false);
                    information = new KeyInformation(2, new byte[] { 1 }, (byte[])[.. point, .. keys.Signing!.SignData(point, Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)]);
                }

                break;
            default:
                key = Agree(keys.Agreement!, keys.ClientAgreement, header, true);
                information = new KeyInformation(2, new byte[] { 2 }, default);
                break;
        }

        using var gcm = new AesGcm(key, 12);
        var (cipher, tag) = (new byte[plain.Length], new byte[12]);
        byte[] additional = [like.Control, .. keys.Gak, .. Strings(header)];
        byte[] nonce = [.. keys.Title, .. counter];
        if ((like.Control & 0x20) != 0)
        {
            gcm.Encrypt(nonce, plain, cipher, tag, additional);
        }
        else
        {
            cipher = plain;
            gcm.Encrypt(nonce, Array.Empty<byte>(), Array.Empty<byte>(), tag, (byte[])[.. additional, .. plain]);
        }

        return new GeneralCiphering(header, information, (byte[])[like.Control, .. counter, .. cipher, .. tag]).ToOctets();
    }

    private ECCurve Curve => keys.Suite == 2 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;

    private HashAlgorithmName Hash => keys.Suite == 2 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    private bool IsNew(byte[] transaction)
    {
        var number = transaction.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32BigEndian(transaction.AsSpan(transaction.Length - 4));
        var isNew = number > _transaction;
        _transaction = Math.Max(_transaction, number);
        return isNew;
    }

    private (byte[]? Key, int Form) KeyOf(GeneralCiphering outer, byte control)
    {
        switch (outer.Key)
        {
            case { Choice: 0 }:
                return ((control & 0x40) != 0 ? keys.Gbek : keys.Guek, 2);
            case { Choice: 1 } wrapped:
                return (MeterKeyWrap.Unwrap(keys.Kek, wrapped.Material.ToArray()), 3);
            case { Choice: 2 } agreed when keys.Agreement is null || (agreed.Id.Span[0] == 1 ? keys.ClientSigning : keys.ClientAgreement).Length == 0:
                return (null, 0); // this meter agrees on no keys
            case { Choice: 2 } agreed when agreed.Id.Span[0] == 1:
                var half = agreed.Material.Length / 2;
                using (var verifier = ECDsa.Create(Point(keys.ClientSigning)))
                {
                    var holds = verifier.VerifyData(agreed.Material.Span[..half], agreed.Material.Span[half..], Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
                    return (holds ? Agree(keys.Agreement!, agreed.Material[..half].ToArray(), outer.Header, false) : null, 4);
                }

            case { Choice: 2 }:
                return (Agree(keys.Agreement!, keys.ClientAgreement, outer.Header, true), 5);
            default:
                return (null, 0);
        }
    }

    private byte[] Agree(ECDiffieHellman own, byte[] theirs, GeneralHeader header, bool isStatic)
    {
        using var other = ECDiffieHellman.Create(Point(theirs));
        byte[] input =
        [
            0, 0, 0, 1, .. own.DeriveRawSecretAgreement(other.PublicKey), .. Algorithm, keys.Suite == 2 ? (byte)1 : (byte)0, .. header.Originator.Span,
            .. isStatic ? [(byte)header.Transaction.Length, .. header.Transaction.Span] : Array.Empty<byte>(), .. header.Recipient.Span,
        ];
        return keys.Suite == 2 ? SHA384.HashData(input)[..32] : SHA256.HashData(input)[..16];
    }

    private byte[] Gcm(byte[] key, GeneralHeader header, byte[] content, ReadOnlySpan<byte> title)
    {
        using var gcm = new AesGcm(key, 12);
        byte[] nonce = [.. title, .. content.AsSpan(1, 4)];
        byte[] additional = [content[0], .. keys.Gak, .. Strings(header)];
        var (body, tag) = (content[5..^12], content[^12..]);
        var plain = new byte[body.Length];
        try
        {
            if ((content[0] & 0x20) != 0)
            {
                gcm.Decrypt(nonce, body, tag, plain, additional);
                return plain;
            }

            gcm.Decrypt(nonce, Array.Empty<byte>(), tag, Array.Empty<byte>(), (byte[])[.. additional, .. body]);
            return body;
        }
        catch (AuthenticationTagMismatchException)
        {
            return [];
        }
    }

    private static byte[] Signed(GeneralSigning one) => [.. Strings(one.Header), .. Length(one.Content.Length), .. one.Content.Span];

    private static byte[] Strings(GeneralHeader header)
    {
        var strings = new List<byte>();
        foreach (var one in new[] { header.Transaction, header.Originator, header.Recipient, header.At, header.Other })
        {
            strings.AddRange(Length(one.Length));
            strings.AddRange(one.ToArray());
        }

        return [.. strings];
    }

    private static byte[] Length(int length) => length < 0x80 ? [(byte)length] : length < 0x100 ? [0x81, (byte)length] : [0x82, (byte)(length >> 8), (byte)length];

    internal static byte[] Octets(ECAlgorithm key)
    {
        var point = key.ExportParameters(false).Q;
        return [.. point.X!, .. point.Y!];
    }

    internal static ECParameters Point(byte[] octets) => new()
    {
        Curve = octets.Length == 96 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = octets[..(octets.Length / 2)], Y = octets[(octets.Length / 2)..] },
    };
}
