using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Simulation.Dlms;

/// <summary>AES key wrap (RFC 3394) of a simulated meter, by the index form of the document.</summary>
internal static class MeterKeyWrap
{
    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "the wrap is built of single blocks")]
    internal static byte[] Wrap(byte[] wrapping, byte[] key)
    {
        using var aes = Aes.Create();
        aes.Key = wrapping;
        var a = Enumerable.Repeat((byte)0xA6, 8).ToArray();
        var r = key.Chunk(8).ToArray();
        for (var j = 0; j < 6; j++)
        {
            for (var i = 0; i < r.Length; i++)
            {
                var b = aes.EncryptEcb([.. a, .. r[i]], PaddingMode.None);
                a = Xor(b[..8], (ulong)((r.Length * j) + i + 1));
                r[i] = b[8..];
            }
        }

        return [.. a, .. r.SelectMany(half => half)];
    }

    [SuppressMessage("Security", "CA5358:Review cipher mode usage with cryptography experts", Justification = "the wrap is built of single blocks")]
    internal static byte[]? Unwrap(byte[] wrapping, byte[] wrapped)
    {
        if (wrapping.Length == 0 || wrapped.Length < 24 || wrapped.Length % 8 != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = wrapping;
        var a = wrapped[..8];
        var r = wrapped[8..].Chunk(8).ToArray();
        for (var j = 5; j >= 0; j--)
        {
            for (var i = r.Length - 1; i >= 0; i--)
            {
                var b = aes.DecryptEcb([.. Xor(a, (ulong)((r.Length * j) + i + 1)), .. r[i]], PaddingMode.None);
                (a, r[i]) = (b[..8], b[8..]);
            }
        }

        return a.All(octet => octet == 0xA6) ? [.. r.SelectMany(half => half)] : null;
    }

    private static byte[] Xor(byte[] octets, ulong number)
    {
        var result = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(result, BinaryPrimitives.ReadUInt64BigEndian(octets) ^ number);
        return result;
    }
}
