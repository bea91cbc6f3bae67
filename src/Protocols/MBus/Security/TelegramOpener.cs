using System.Buffers.Binary;
using System.Security.Cryptography;
using Metering.Driver;

namespace Protocols.MBus.Security;

/// <summary>Opens the encrypted layers of a telegram in place. Each gives a fault, or null.</summary>
internal static class TelegramOpener
{
    private static readonly Fault NoKey = new(FaultKind.NoKey, "encrypted, and no key of this meter is known: set it with `concentrator meter key set` or in the keys file");
    private static readonly Fault WrongKey5 = new(FaultKind.WrongKey, "the key does not fit: the decrypted telegram does not begin with 2F2F (mode 5)");
    private static readonly Fault WrongKey7 = new(FaultKind.WrongKey, "the key does not fit: the decrypted telegram does not begin with 2F2F (mode 7)");
    private static readonly Fault WrongKeyEll = new(FaultKind.WrongKey, "the key does not fit: the payload CRC of the extended link layer does not hold after decryption");
    private static readonly Fault BadEll = new(FaultKind.BadChecksum, "the payload CRC of the extended link layer does not hold");
    private static readonly Fault MacFailed = new(FaultKind.MacFailed, "the authentication code does not fit: wrong key, or the telegram was tampered with");

    /// <summary>ELL II and IV: AES-CTR from the payload CRC on; the CRC is the check of the key.</summary>
    internal static Fault? OpenExtendedLink(byte[] telegram, int length, in TelegramLayers layers, AesKey? key)
    {
        var payload = telegram.AsSpan(layers.EllPayload, length - layers.EllPayload);
        if (layers.EllEncrypted)
        {
            if (key is null)
            {
                return NoKey;
            }

            // M A | CC without hop and repeated-access bits | SN | FN 00 00 | BC 00
            Span<byte> counter = stackalloc byte[AesKey.Block];
            counter.Clear();
            layers.Link.WriteLink(counter);
            counter[8] = (byte)(layers.EllControl & ~0x12);
            BinaryPrimitives.WriteUInt32LittleEndian(counter[9..], layers.EllSession);
            key.ApplyCtr(payload, counter);
        }

        return BinaryPrimitives.ReadUInt16LittleEndian(payload) == Crc16.Compute(payload[2..]) ? null : layers.EllEncrypted ? WrongKeyEll : BadEll;
    }

    /// <summary>How many octets behind the transport header are encrypted: N blocks; in mode 5 N = 0 stands for all whole ones.</summary>
    internal static int EncryptedLength(int length, in TelegramLayers layers) =>
        layers.Mode == 5 && layers.Blocks == 0 ? (length - layers.Payload) & ~15 : layers.Blocks * AesKey.Block;

    /// <summary>Modes 5 and 7: decrypts <paramref name="encrypted"/> octets (not 0) behind the transport header.</summary>
    internal static Fault? OpenBlocks(byte[] telegram, int length, int encrypted, in TelegramLayers layers, AesKey? key)
    {
        if (encrypted > length - layers.Payload)
        {
            return new Fault(FaultKind.Malformed, $"{layers.Blocks} encrypted blocks are announced, {length - layers.Payload} octets are there");
        }

        return key is null ? NoKey : layers.Mode == 5 ? OpenMode5(telegram, encrypted, layers, key) : OpenMode7(telegram, encrypted, layers, key);
    }

    /// <summary>Mode 5: AES-128-CBC, initial vector M A and eight times the access number.</summary>
    private static Fault? OpenMode5(byte[] telegram, int encrypted, in TelegramLayers layers, AesKey key)
    {
        Span<byte> initial = stackalloc byte[AesKey.Block];
        layers.Meter.WriteLink(initial);
        initial[8..].Fill(layers.Access);
        key.DecryptCbc(telegram, layers.Payload, encrypted, initial);
        return telegram[layers.Payload] == 0x2F && telegram[layers.Payload + 1] == 0x2F ? null : WrongKey5;
    }

    /// <summary>AFL: the MAC over MCL, MCR, ML and everything from the transport CI on, still encrypted, under the derived key.</summary>
    internal static Fault? CheckMac(ReadOnlySpan<byte> telegram, in TelegramLayers layers, AesKey key)
    {
        if ((layers.AflMessageControl & 0x0F) is not (3 or 4 or 5 or 6 or 7))
        {
            return new Fault(FaultKind.Unsupported, $"authentication type {layers.AflMessageControl & 0x0F} is not checked by this version (CMAC is)");
        }

        Span<byte> head = stackalloc byte[7];
        var length = 0;
        head[length++] = layers.AflMessageControl;
        if (layers.Counter is { } counter)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(head[length..], counter);
            length += 4;
        }

        if (layers.MessageLengthAt != 0)
        {
            telegram.Slice(layers.MessageLengthAt, 2).CopyTo(head[length..]);
            length += 2;
        }

        Span<byte> mac = stackalloc byte[AesKey.Block];
        using var derived = Derive(key, 0x01, layers);
        derived.Cmac(head[..length], telegram[layers.Transport..], mac);
        return CryptographicOperations.FixedTimeEquals(mac[..layers.MacLength], telegram.Slice(layers.MacAt, layers.MacLength)) ? null : MacFailed;
    }

    /// <summary>Mode 7: AES-128-CBC under the derived key with an initial vector of zeros.</summary>
    private static Fault? OpenMode7(byte[] telegram, int encrypted, in TelegramLayers layers, AesKey key)
    {
        if (layers.Counter is null)
        {
            return new Fault(FaultKind.Unsupported, "mode 7 without a message counter: the key cannot be derived");
        }

        Span<byte> zero = stackalloc byte[AesKey.Block];
        zero.Clear();
        using var derived = Derive(key, 0x00, layers);
        derived.DecryptCbc(telegram, layers.Payload, encrypted, zero);
        return telegram[layers.Payload] == 0x2F && telegram[layers.Payload + 1] == 0x2F ? null : WrongKey7;
    }

    /// <summary>KDF-A: CMAC(K, D | counter | meter number | 07 x 7); D = 00 encryption, 01 authentication, from the meter.</summary>
    private static AesKey Derive(AesKey key, byte purpose, in TelegramLayers layers)
    {
        Span<byte> input = stackalloc byte[AesKey.Block];
        input.Fill(0x07);
        input[0] = purpose;
        BinaryPrimitives.WriteUInt32LittleEndian(input[1..], layers.Counter ?? 0);
        BinaryPrimitives.WriteUInt32LittleEndian(input[5..], layers.Meter.Number);
        Span<byte> derived = stackalloc byte[AesKey.Block];
        key.Cmac(input, default, derived);
        return new AesKey(derived);
    }

    /// <summary>Why a mode is not opened; null where it is.</summary>
    internal static Fault? Unsupported(int mode, int keyDerivation) => mode is 0 or 5 || (mode == 7 && keyDerivation == 1) ? null : new Fault(FaultKind.Unsupported, mode switch
    {
        7 => $"security mode 7 with key derivation {keyDerivation} is not opened by this version (KDF-A is)",
        1 => "security mode 1 is the maker's own",
        2 or 3 => $"security mode {mode} is DES, which this version does not open",
        8 => "security mode 8 (AES-CTR with CMAC) is not opened by this version",
        9 => "security mode 9 (AES-GCM) is not opened by this version",
        10 => "security mode 10 (AES-CCM, OMS profile D) is not opened by this version",
        13 => "security mode 13 (TLS, OMS profile C) needs a dialogue with the meter",
        _ => $"security mode {mode} is reserved or the maker's own",
    });
}
