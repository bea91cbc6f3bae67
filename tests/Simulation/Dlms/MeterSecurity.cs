using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Simulation.Encoding;

namespace Simulation.Dlms;

/// <summary>A simulated meter's side of ciphering: which key, whose counter, what is proved (IEC 62056-5-3 clause 9).</summary>
public sealed class MeterSecurity(MeterKeys keys, PlantedBug bug = PlantedBug.None, int client = 1) : IHostSecurity
{
    private readonly MeterEnvelopes _envelopes = new(keys);
    private readonly GlobalCipher _cipher = new(keys.Suite, bug);
    private byte[]? _dedicated;
    private uint _dedicatedSends, _dedicatedExpects, _expectedBefore;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Title => keys.Title;

    /// <inheritdoc/>
    public byte Suite => keys.Suite;

    /// <inheritdoc/>
    public byte Required => keys.Required;

    /// <inheritdoc/>
    public HostOpened Open(ReadOnlyMemory<byte> protectedApdu, ReadOnlyMemory<byte> clientTitle)
    {
        var octets = protectedApdu.Span;
        var tag = octets[0];
        if (tag is 0xDD or 0xDF)
        {
            var (opened, way, wanted) = _envelopes.Open(Pdu.Read(protectedApdu, out _)!);
            return new HostOpened(opened, way, wanted);
        }

        var general = tag is 0xDB or 0xDC;
        var dedicated = tag is 0xDC or (>= 0xD0 and <= 0xD7) or (>= 0x41 and <= 0x5F);
        var at = 1;
        var title = clientTitle.Span;
        if (general)
        {
            var length = octets[at++];
            title = length == 8 ? octets.Slice(at, 8) : title;
            at += length;
        }

        at += octets[at] < 0x80 ? 1 : 1 + (octets[at] & 0x7F);
        var control = octets[at];
        var counter = BinaryPrimitives.ReadUInt32BigEndian(octets[(at + 1)..]);
        var how = new HostProtection(general ? 1 : 0, dedicated, control);
        if (keys.LocksAfter > 0 && keys.BadTags >= keys.LocksAfter)
        {
            return new HostOpened(default, how, null);
        }

        var broadcast = (control & 0x40) != 0;
        var key = dedicated ? _dedicated : broadcast ? keys.Gbek : keys.Guek;
        var expected = dedicated ? _dedicatedExpects : keys[client, broadcast];
        var plain = _cipher.Decipher(key, keys.Gak, control, title, octets[(at + 1)..(at + 5)], octets[(at + 5)..]);
        if (plain is not null)
        {
            keys.Used?.Invoke(key!, title.ToArray(), counter, true);
        }

        if (counter < expected)
        {
            keys.Repeated += plain is null ? 0 : 1;
            return new HostOpened(default, how, expected);
        }

        if (plain is null)
        {
            keys.BadTags++;
            keys.Refused++;
            return new HostOpened(default, how, null);
        }

        (keys.BadTags, keys.ClientTitle) = (0, title.ToArray());
        if ((control & 0x10) == 0)
        {
            return new HostOpened(plain, how, null); // nobody vouches for its counter
        }

        if (dedicated)
        {
            _dedicatedExpects = counter + 1;
        }
        else
        {
            (_expectedBefore, keys[client, broadcast]) = (keys[client, broadcast], counter + 1);
        }

        if (plain.Length > 0 && plain[0] == 0xDF)
        {
            var (opened, way, _) = _envelopes.Open(Pdu.Read(plain, out _)!);
            return new HostOpened(opened, how with { IsSigned = true, Transaction = way.Transaction }, null);
        }

        return new HostOpened(plain, how, null);
    }

    /// <inheritdoc/>
    public byte[] Protect(ReadOnlyMemory<byte> plain, HostProtection like)
    {
        plain = like.IsSigned ? _envelopes.Sign(plain.ToArray(), like) : plain;
        if (like.Form >= 2)
        {
            return like.Form == HostProtection.SignedAlone ? plain.ToArray() : _envelopes.Seal(plain.ToArray(), like);
        }

        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, like.IsDedicated ? _dedicatedSends++ : keys.Sends++);
        var authentication = keys.Gak;
        byte[] content = [like.Control, .. counter, .. _cipher.Encipher(like.IsDedicated ? _dedicated! : keys.TakeAnswerKey(out authentication), authentication, like.Control, keys.Title, counter, plain.ToArray())];
        var tag = plain.Span[0];
        return like.Form == 1 || tag is 0x0F or 0x10 or 0xD9 or 0xDA or 0xDF // these have no ciphered tag of their own
            ? [like.IsDedicated ? (byte)0xDC : (byte)0xDB, 8, .. keys.Title, .. Length(content.Length), .. content]
            : [(byte)(tag >= 0xC0 ? tag + (like.IsDedicated ? 0x10 : 8) : tag + (like.IsDedicated ? 0x40 : 0x20)), .. Length(content.Length), .. content];
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Certificate => keys.Certificate;

    private HashAlgorithmName HashOfSuite => keys.Suite == 2 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    /// <inheritdoc/>
    public byte[] Challenge(int length) => RandomNumberGenerator.GetBytes(length);

    /// <inheritdoc/>
    public bool IsProof(int mechanism, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge)
    {
        if (mechanism == 7)
        {
            using var verifier = ECDsa.Create(MeterEnvelopes.Point(keys.ClientSigning));
            return verifier.VerifyData((byte[])[.. clientTitle.Span, .. keys.Title, .. serverChallenge.Span, .. clientChallenge.Span], value.Span, HashOfSuite, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        if (mechanism != 5)
        {
            return CryptographicOperations.FixedTimeEquals(value.Span, Hash(mechanism, clientTitle.Span, keys.Title, serverChallenge.Span, clientChallenge.Span));
        }

        // The proof was made before the APDU around it, so its counter may be one less than that one's; the challenge keeps it from being an old one.
        if (value.Length != 17 || BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]) < _expectedBefore)
        {
            return false;
        }

        var tag = _cipher.Authenticate(keys.Guek, keys.Gak, value.Span[0], clientTitle.Span, value.Span[1..5], serverChallenge.Span);
        keys[client, false] = Math.Max(keys[client, false], BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]) + 1);
        var isProof = CryptographicOperations.FixedTimeEquals(tag, value.Span[5..]);
        if (isProof)
        {
            keys.Used?.Invoke(keys.Guek, clientTitle.ToArray(), BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]), false);
        }

        return isProof;
    }

    /// <inheritdoc/>
    public byte[] Prove(int mechanism, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge)
    {
        if (mechanism == 7)
        {
            return keys.Signing!.SignData((byte[])[.. keys.Title, .. clientTitle.Span, .. clientChallenge.Span, .. serverChallenge.Span], HashOfSuite, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        if (mechanism != 5)
        {
            return Hash(mechanism, keys.Title, clientTitle.Span, clientChallenge.Span, serverChallenge.Span);
        }

        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, keys.Sends++);
        var control = (byte)(0x10 | keys.Suite);
        return [control, .. counter, .. _cipher.Authenticate(keys.Guek, keys.Gak, control, keys.Title, counter, clientChallenge.Span)];
    }

    /// <inheritdoc/>
    public void UseDedicatedKey(ReadOnlyMemory<byte>? key) => (_dedicated, _dedicatedSends, _dedicatedExpects) = (key?.ToArray(), 0, 0); // it begins at 0, which clients must take

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "mechanism 4 is SHA-1 by the standard")]
    [SuppressMessage("Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "mechanism 3 is MD5 by the standard")]
    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "mechanism 2 enciphers one challenge")]
    private byte[] Hash(int mechanism, ReadOnlySpan<byte> prover, ReadOnlySpan<byte> verifier, ReadOnlySpan<byte> answered, ReadOnlySpan<byte> given)
    {
        switch (mechanism)
        {
            case 2:
                using (var aes = Aes.Create())
                {
                    aes.SetKey(keys.Secret);
                    return aes.EncryptEcb(answered, PaddingMode.None);
                }

            case 3:
                return MD5.HashData([.. answered, .. keys.Secret]);
            case 4:
                return SHA1.HashData([.. answered, .. keys.Secret]);
            default:
                return SHA256.HashData([.. keys.Secret, .. prover, .. verifier, .. answered, .. given]);
        }
    }

    private static byte[] Length(int length) => length < 0x80 ? [(byte)length] : length < 0x100 ? [0x81, (byte)length] : [0x82, (byte)(length >> 8), (byte)length];
}
