using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Metering.Ledger;

namespace Concentrator.Security.Backups;

/// <summary>
/// First octets of a backup, little-endian:
/// <code>
/// 0 "CBACKUP" | 7 format version u8 | 8 iterations u32 | 12 salt 16 | 28 proof of the passphrase 16 | 44 CRC-32C u32 over 0..43
/// </code>
/// The passphrase becomes two keys (PBKDF2, HMAC-SHA-256): one enciphers the chunks that follow, the other makes the proof over octets 0 to 27. Every chunk is authenticated together with the
/// header. A chunk: length of its ciphertext u32, the highest bit set in the last one | ciphertext | tag 16; nonce = number of the chunk u64, the octets of its length u32; keys serve for one file.
/// </summary>
internal sealed class BackupHeader : IDisposable
{
    /// <summary>Octets in the file.</summary>
    internal const int Size = 48;

    /// <summary>The version this program writes, and the only one it reads.</summary>
    internal const byte FormatVersion = 1;

    /// <summary>What PBKDF2 with HMAC-SHA-256 is asked for (OWASP 2023: 600,000): a second on a small box, and as long for each guess.</summary>
    internal const int Iterations = 600_000;

    /// <summary>Plain octets of every chunk but the last.</summary>
    internal const int ChunkOctets = 64 * 1024;

    internal const int TagSize = 16;

    /// <summary>Beyond these a header is not believed: what it asks for is done before anything proves it.</summary>
    internal const int FewestIterations = 100_000, MostIterations = 10_000_000;

    private const int VersionAt = 7, IterationsAt = 8, SaltAt = 12, SaltSize = 16, ProofAt = 28, ProofSize = 16, ChecksumAt = 44, KeySize = 32;
    private readonly byte[] _octets;

    private BackupHeader(byte[] octets, AesGcm cipher) => (_octets, Cipher) = (octets, cipher);

    /// <summary>As they stand in the file.</summary>
    internal ReadOnlySpan<byte> Octets => _octets;

    /// <summary>For the chunks.</summary>
    internal AesGcm Cipher { get; }

    private static ReadOnlySpan<byte> Magic => "CBACKUP"u8;

    /// <summary>A header for a new file.</summary>
    internal static BackupHeader Make(string passphrase, int iterations = Iterations)
    {
        var octets = new byte[Size];
        Magic.CopyTo(octets);
        octets[VersionAt] = FormatVersion;
        BinaryPrimitives.WriteInt32LittleEndian(octets.AsSpan(IterationsAt), iterations);
        RandomNumberGenerator.Fill(octets.AsSpan(SaltAt, SaltSize));
        var cipher = Derive(octets, passphrase, octets.AsSpan(ProofAt, ProofSize));
        BinaryPrimitives.WriteUInt32LittleEndian(octets.AsSpan(ChecksumAt), Crc32C.Compute(octets.AsSpan(0, ChecksumAt)));
        return new BackupHeader(octets, cipher);
    }

    /// <summary>Reads a header and proves the passphrase.</summary>
    /// <exception cref="BackupFaultException">It is none, of another version, damaged, or of another passphrase.</exception>
    internal static BackupHeader Read(ReadOnlySpan<byte> source, string passphrase)
    {
        if (source.Length < Magic.Length || !source.StartsWith(Magic))
        {
            throw new BackupFaultException("this is no backup of a concentrator");
        }

        if (source.Length > VersionAt && source[VersionAt] != FormatVersion)
        {
            throw new BackupFaultException($"the backup has format version {source[VersionAt]}, and this program reads {FormatVersion}: restore it with the version that made it, then update");
        }

        if (source.Length < Size)
        {
            throw new BackupFaultException($"the backup is cut off within its header: {source.Length} octets of {Size}; take another copy of it");
        }

        var octets = source[..Size].ToArray();
        var iterations = BinaryPrimitives.ReadInt32LittleEndian(octets.AsSpan(IterationsAt));
        if (BinaryPrimitives.ReadUInt32LittleEndian(octets.AsSpan(ChecksumAt)) != Crc32C.Compute(octets.AsSpan(0, ChecksumAt)) || iterations is < FewestIterations or > MostIterations)
        {
            throw new BackupFaultException("the header of the backup is damaged: take another copy of it");
        }

        Span<byte> proof = stackalloc byte[ProofSize];
        var cipher = Derive(octets, passphrase, proof);
        if (!CryptographicOperations.FixedTimeEquals(proof, octets.AsSpan(ProofAt, ProofSize)))
        {
            cipher.Dispose();
            throw new BackupFaultException("the passphrase is not that of this backup");
        }

        return new BackupHeader(octets, cipher);
    }

    /// <summary>The nonce of a chunk: its number, and its length with the mark of the last. No two chunks of a file have one.</summary>
    internal static void Nonce(Span<byte> destination, ulong number, uint length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, number);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[sizeof(ulong)..], length);
    }

    public void Dispose() => Cipher.Dispose();

    private static AesGcm Derive(ReadOnlySpan<byte> octets, string passphrase, Span<byte> proof)
    {
        var words = Encoding.UTF8.GetBytes(passphrase);
        Span<byte> keys = stackalloc byte[2 * KeySize], whole = stackalloc byte[KeySize];
        Rfc2898DeriveBytes.Pbkdf2(words, octets.Slice(SaltAt, SaltSize), keys, BinaryPrimitives.ReadInt32LittleEndian(octets[IterationsAt..]), HashAlgorithmName.SHA256);
        CryptographicOperations.ZeroMemory(words);
        HMACSHA256.HashData(keys[KeySize..], octets[..ProofAt], whole);
        whole[..ProofSize].CopyTo(proof);
        var cipher = new AesGcm(keys[..KeySize], TagSize);
        CryptographicOperations.ZeroMemory(keys);
        return cipher;
    }
}
