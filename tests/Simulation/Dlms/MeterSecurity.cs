using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Protocols.Dlms.Host;
using Simulation.Encoding;

namespace Simulation.Dlms;

/// <summary>Keys and counters of one meter.</summary>
public sealed class MeterKeys
{
    /// <summary>System title, 8 octets.</summary>
    public required byte[] Title { get; init; }

    /// <summary>Suite 0 to 2.</summary>
    public byte Suite { get; init; }

    /// <summary>Global unicast encryption key.</summary>
    public required byte[] Guek { get; set; }

    /// <summary>Authentication key.</summary>
    public required byte[] Gak { get; set; }

    /// <summary>Secret of mechanisms 2, 3, 4 and 6.</summary>
    public byte[] Secret { get; init; } = [];

    /// <summary>The counter the meter uses next.</summary>
    public uint Sends { get; set; } = 1;

    /// <summary>The lowest counter it takes.</summary>
    public uint Expects { get; set; } = 1;

    /// <summary>APDUs it could not open, one after another.</summary>
    public int BadTags { get; set; }

    /// <summary>Genuine APDUs under a counter that was used before, or passed: a sender must never make one.</summary>
    public int Repeated { get; set; }

    /// <summary>It takes nothing any more after so many; 0 for never.</summary>
    public int LocksAfter { get; init; }
}

/// <summary>
/// A simulated meter's ciphering, a second time and from the document alone (specification of AES-GCM in IEC 62056-5-3 clause 9): additional data are SC, AK and, where nothing is
/// enciphered, the text; the nonce is the sender's system title and its counter.
/// </summary>
public sealed class MeterSecurity(MeterKeys keys, PlantedBug bug = PlantedBug.None) : IHostSecurity
{
    private byte[]? _dedicated;
    private uint _dedicatedSends = 1, _dedicatedExpects = 1, _expectedBefore;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Title => keys.Title;

    /// <inheritdoc/>
    public byte Suite => keys.Suite;

    /// <inheritdoc/>
    public HostOpened Open(ReadOnlyMemory<byte> protectedApdu, ReadOnlyMemory<byte> clientTitle)
    {
        var octets = protectedApdu.Span;
        var tag = octets[0];
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

        var expected = dedicated ? _dedicatedExpects : keys.Expects;
        if (counter < expected)
        {
            keys.Repeated += Decipher(dedicated ? _dedicated : keys.Guek, control, title, octets[(at + 1)..(at + 5)], octets[(at + 5)..]) is null ? 0 : 1;
            return new HostOpened(default, how, expected);
        }

        var plain = Decipher(dedicated ? _dedicated : keys.Guek, control, title, octets[(at + 1)..(at + 5)], octets[(at + 5)..]);
        if (plain is null)
        {
            keys.BadTags++;
            return new HostOpened(default, how, null);
        }

        (keys.BadTags, _expectedBefore) = (0, keys.Expects);
        (_dedicatedExpects, keys.Expects) = dedicated ? (counter + 1, keys.Expects) : (_dedicatedExpects, counter + 1);
        return new HostOpened(plain, how, null);
    }

    /// <inheritdoc/>
    public byte[] Protect(ReadOnlyMemory<byte> plain, HostProtection like)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, like.IsDedicated ? _dedicatedSends++ : keys.Sends++);
        byte[] content = [like.Control, .. counter, .. Encipher(like.IsDedicated ? _dedicated! : keys.Guek, like.Control, counter, plain.ToArray())];
        var tag = plain.Span[0];
        return like.Form == 1
            ? [like.IsDedicated ? (byte)0xDC : (byte)0xDB, 8, .. keys.Title, .. Length(content.Length), .. content]
            : [(byte)(tag >= 0xC0 ? tag + (like.IsDedicated ? 0x10 : 8) : tag + (like.IsDedicated ? 0x40 : 0x20)), .. Length(content.Length), .. content];
    }

    /// <inheritdoc/>
    public byte[] Challenge(int length) => RandomNumberGenerator.GetBytes(length);

    /// <inheritdoc/>
    public bool IsProof(int mechanism, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge)
    {
        if (mechanism != 5)
        {
            return CryptographicOperations.FixedTimeEquals(value.Span, Hash(mechanism, clientTitle.Span, keys.Title, serverChallenge.Span, clientChallenge.Span));
        }

        // The proof was made before the APDU around it, so its counter may be one less than that one's; the challenge keeps it from being an old one.
        if (value.Length != 17 || BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]) < _expectedBefore)
        {
            return false;
        }

        var tag = Authenticate(keys.Guek, value.Span[0], clientTitle.Span, value.Span[1..5], serverChallenge.Span);
        keys.Expects = Math.Max(keys.Expects, BinaryPrimitives.ReadUInt32BigEndian(value.Span[1..]) + 1);
        return CryptographicOperations.FixedTimeEquals(tag, value.Span[5..]);
    }

    /// <inheritdoc/>
    public byte[] Prove(int mechanism, ReadOnlyMemory<byte> clientTitle, ReadOnlyMemory<byte> clientChallenge, ReadOnlyMemory<byte> serverChallenge)
    {
        if (mechanism != 5)
        {
            return Hash(mechanism, keys.Title, clientTitle.Span, clientChallenge.Span, serverChallenge.Span);
        }

        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, keys.Sends++);
        var control = (byte)(0x10 | keys.Suite);
        return [control, .. counter, .. Authenticate(keys.Guek, control, keys.Title, counter, clientChallenge.Span)];
    }

    /// <inheritdoc/>
    public void UseDedicatedKey(ReadOnlyMemory<byte>? key) => (_dedicated, _dedicatedSends, _dedicatedExpects) = (key?.ToArray(), 1, 1);

    private byte[] Encipher(byte[] key, byte control, byte[] counter, byte[] plain)
    {
        using var gcm = new AesGcm(key, 12);
        var nonce = Nonce(keys.Title, counter);
        var (cipher, tag) = (new byte[plain.Length], new byte[12]);
        switch (control & 0x30)
        {
            case 0x30:
                gcm.Encrypt(nonce, plain, cipher, tag, (byte[])[control, .. keys.Gak]);
                return [.. cipher, .. tag];
            case 0x20:
                gcm.Encrypt(nonce, plain, cipher, tag);
                return cipher;
            case 0x10:
                return [.. plain, .. Authenticate(key, control, keys.Title, counter, plain)];
            default:
                return plain;
        }
    }

    private byte[]? Decipher(byte[]? key, byte control, ReadOnlySpan<byte> title, ReadOnlySpan<byte> counter, ReadOnlySpan<byte> payload)
    {
        if (key is null || title.Length != 8 || (control & 0x0F) != keys.Suite || ((control & 0x10) != 0 && payload.Length < 12))
        {
            return null;
        }

        var tagged = (control & 0x10) != 0;
        var (body, tag) = tagged ? (payload[..^12].ToArray(), payload[^12..].ToArray()) : (payload.ToArray(), []);
        var plain = new byte[body.Length];
        using var gcm = new AesGcm(key, 12);
        switch (control & 0x30)
        {
            case 0x30:
                try
                {
                    gcm.Decrypt(Nonce(title, counter), body, tag, plain, (byte[])[control, .. keys.Gak]);
                    return plain;
                }
                catch (AuthenticationTagMismatchException)
                {
                    return null;
                }

            case 0x20:
                gcm.Encrypt(Nonce(title, counter), body, plain, new byte[12]);
                return plain;
            case 0x10:
                return CryptographicOperations.FixedTimeEquals(tag, Authenticate(key, control, title, counter, body)) ? body : null;
            default:
                return body;
        }
    }

    private byte[] Authenticate(byte[] key, byte control, ReadOnlySpan<byte> title, ReadOnlySpan<byte> counter, ReadOnlySpan<byte> text)
    {
        using var gcm = new AesGcm(key, 12);
        var tag = new byte[12];
        gcm.Encrypt(Nonce(title, counter), Array.Empty<byte>(), Array.Empty<byte>(), tag, (byte[])[control, .. keys.Gak, .. text]);
        return tag;
    }

    private byte[] Nonce(ReadOnlySpan<byte> title, ReadOnlySpan<byte> counter) => bug == PlantedBug.InitialVectorOrder ? [.. counter, .. title] : [.. title, .. counter];

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
