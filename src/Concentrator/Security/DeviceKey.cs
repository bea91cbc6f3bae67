using System.Security.Cryptography;
using System.Text;
using Concentrator.Store.Files;
using Metering.Keys;

namespace Concentrator.Security;

/// <summary>
/// The key that wraps the keys at rest: systemd credential <c>concentrator.device-key</c>, else <c>STATE/device.key</c> (mode 0400, made at first start).
/// Wrapping is AES-256-GCM; the key's name is authenticated with it, so a wrapped key cannot be moved to another meter.
/// </summary>
internal sealed class DeviceKey : IKeyWrap, IDisposable
{
    private const int KeySize = 32, NonceSize = 12, TagSize = 16;
    private readonly AesGcm _cipher;
    private readonly byte[] _identity;
    private readonly Lock _lock = new();

    private DeviceKey(ReadOnlySpan<byte> key)
    {
        _cipher = new AesGcm(key, TagSize);
        _identity = HMACSHA256.HashData(key, "system title"u8)[..5];
    }

    /// <summary>The box's own system title: the maker's FLAG letters and five octets bound to the device key.</summary>
    internal byte[] SystemTitle(string flag) => [.. Encoding.ASCII.GetBytes(flag), .. _identity];

    /// <summary>Takes the credential, or the file, or makes the file.</summary>
    /// <exception cref="InvalidDataException">The key is there but not 32 octets: what and where.</exception>
    internal static DeviceKey Open(string stateDirectory, string? credentialsDirectory)
    {
        var credential = credentialsDirectory is null ? null : Path.Combine(credentialsDirectory, "concentrator.device-key");
        if (credential is not null && File.Exists(credential))
        {
            return Read(credential);
        }

        var path = Path.Combine(stateDirectory, "device.key");
        return File.Exists(path) ? Read(path) : Make(path);
    }

    /// <summary>Nonce, tag, ciphertext.</summary>
    public byte[] Wrap(ReadOnlySpan<byte> key, ReadOnlySpan<byte> name)
    {
        var wrapped = new byte[NonceSize + TagSize + key.Length];
        RandomNumberGenerator.Fill(wrapped.AsSpan(0, NonceSize));
        lock (_lock)
        {
            _cipher.Encrypt(wrapped.AsSpan(0, NonceSize), key, wrapped.AsSpan(NonceSize + TagSize), wrapped.AsSpan(NonceSize, TagSize), name);
        }

        return wrapped;
    }

    /// <summary>The key; null where it was wrapped by another device or for another name.</summary>
    public byte[]? Unwrap(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> name)
    {
        if (wrapped.Length < NonceSize + TagSize)
        {
            return null;
        }

        var key = new byte[wrapped.Length - NonceSize - TagSize];
        try
        {
            lock (_lock)
            {
                _cipher.Decrypt(wrapped[..NonceSize], wrapped[(NonceSize + TagSize)..], wrapped.Slice(NonceSize, TagSize), key, name);
            }

            return key;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose() => _cipher.Dispose();

    private static DeviceKey Read(string path)
    {
        var key = File.ReadAllBytes(path);
        var opened = key.Length == KeySize
            ? new DeviceKey(key)
            : throw new InvalidDataException($"{path} holds {key.Length} octets, not {KeySize}: put the device key back from your backup; without it the keys set on this box cannot be read");
        CryptographicOperations.ZeroMemory(key);
        return opened;
    }

    private static DeviceKey Make(string path)
    {
        var key = RandomNumberGenerator.GetBytes(KeySize);
        var draft = path + ".new";
        File.Delete(draft);
        using (var handle = File.OpenHandle(draft, FileMode.CreateNew, FileAccess.Write))
        {
            File.SetUnixFileMode(handle, UnixFileMode.UserRead);
            RandomAccess.Write(handle, key, 0);
            Durable.SyncData(handle, draft);
        }

        File.Move(draft, path);
        Durable.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var made = new DeviceKey(key);
        CryptographicOperations.ZeroMemory(key);
        return made;
    }
}
