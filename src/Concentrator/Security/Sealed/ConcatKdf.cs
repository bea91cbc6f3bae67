using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Concentrator.Security.Sealed;

/// <summary>The key derivation of JWE's ECDH-ES (RFC 7518 section 4.6.2; NIST SP 800-56A, SHA-256), for keys of one round: at most 256 bits.</summary>
internal static class ConcatKdf
{
    /// <summary>Derives a key of <paramref name="destination"/>'s length.</summary>
    /// <param name="algorithm">Of the content encryption, such as A256GCM.</param>
    /// <param name="producer">apu, decoded.</param>
    /// <param name="consumer">apv, decoded.</param>
    internal static void Derive(ReadOnlySpan<byte> secret, string algorithm, ReadOnlySpan<byte> producer, ReadOnlySpan<byte> consumer, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, SHA256.HashSizeInBytes, nameof(destination));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4], derived = stackalloc byte[SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32BigEndian(number, 1);
        hash.AppendData(number);
        hash.AppendData(secret);
        Append(Encoding.ASCII.GetBytes(algorithm), number, hash);
        Append(producer, number, hash);
        Append(consumer, number, hash);
        BinaryPrimitives.WriteInt32BigEndian(number, destination.Length * 8);
        hash.AppendData(number);
        hash.GetHashAndReset(derived);
        derived[..destination.Length].CopyTo(destination);
        CryptographicOperations.ZeroMemory(derived);
    }

    private static void Append(ReadOnlySpan<byte> octets, Span<byte> number, IncrementalHash hash)
    {
        BinaryPrimitives.WriteInt32BigEndian(number, octets.Length);
        hash.AppendData(number);
        hash.AppendData(octets);
    }
}
