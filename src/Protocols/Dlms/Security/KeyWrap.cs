using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Protocols.Dlms.Security;

/// <summary>AES key wrap of RFC 3394, as key transfer uses it; the platform has only the padded form of RFC 5649.</summary>
public static class KeyWrap
{
    /// <summary>Octets that wrapping adds.</summary>
    public const int Overhead = 8;

    private const ulong InitialValue = 0xA6A6A6A6A6A6A6A6;
    private const int Rounds = 6, Half = 8, Block = 16;

    /// <summary>Wraps a key.</summary>
    /// <param name="wrapping">Key-encrypting key of 16, 24 or 32 octets.</param>
    /// <param name="key">At least 16 octets, a multiple of 8.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "RFC 3394 is built of single blocks")]
    public static byte[] Wrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> key)
    {
        if (key.Length < Block || key.Length % Half != 0)
        {
            throw new ArgumentException($"a key of {key.Length} octets cannot be wrapped: 16 at least, a multiple of 8", nameof(key));
        }

        using var aes = Aes.Create();
        aes.SetKey(wrapping);
        var wrapped = new byte[key.Length + Overhead];
        key.CopyTo(wrapped.AsSpan(Half));
        Span<byte> block = stackalloc byte[Block];
        var (register, halves) = (InitialValue, key.Length / Half);
        for (var step = 1; step <= Rounds * halves; step++)
        {
            var half = wrapped.AsSpan(Half * (((step - 1) % halves) + 1), Half);
            BinaryPrimitives.WriteUInt64BigEndian(block, register);
            half.CopyTo(block[Half..]);
            aes.EncryptEcb(block, block, PaddingMode.None);
            register = BinaryPrimitives.ReadUInt64BigEndian(block) ^ (uint)step;
            block[Half..].CopyTo(half);
        }

        BinaryPrimitives.WriteUInt64BigEndian(wrapped, register);
        return wrapped;
    }

    /// <summary>Unwraps a key. Null where it was wrapped under another key, or altered.</summary>
    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "RFC 3394 is built of single blocks")]
    public static byte[]? Unwrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length < Block + Overhead || wrapped.Length % Half != 0 || wrapping.Length is not (16 or 24 or 32))
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.SetKey(wrapping);
        var key = wrapped[Overhead..].ToArray();
        Span<byte> block = stackalloc byte[Block];
        var (register, halves) = (BinaryPrimitives.ReadUInt64BigEndian(wrapped), key.Length / Half);
        for (var step = Rounds * halves; step > 0; step--)
        {
            var half = key.AsSpan(Half * ((step - 1) % halves), Half);
            BinaryPrimitives.WriteUInt64BigEndian(block, register ^ (uint)step);
            half.CopyTo(block[Half..]);
            aes.DecryptEcb(block, block, PaddingMode.None);
            register = BinaryPrimitives.ReadUInt64BigEndian(block);
            block[Half..].CopyTo(half);
        }

        Span<byte> found = stackalloc byte[Half];
        Span<byte> expected = stackalloc byte[Half];
        BinaryPrimitives.WriteUInt64BigEndian(found, register);
        BinaryPrimitives.WriteUInt64BigEndian(expected, InitialValue);
        if (CryptographicOperations.FixedTimeEquals(found, expected))
        {
            return key;
        }

        CryptographicOperations.ZeroMemory(key);
        return null;
    }
}
