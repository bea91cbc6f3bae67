using System.Security.Cryptography;
using Concentrator.Store.Files;
using Metering.Keys;

namespace Concentrator.Security;

/// <summary>
/// The key that wraps the keys at rest: systemd credential <c>concentrator.device-key</c>, else <c>STATE/device.key</c> (mode 0400, made at first start).
/// Wrapping is AES-256-GCM; the key's name is authenticated with it, so a wrapped key cannot be moved to another meter.
/// </summary>
internal sealed class DeviceKey : IKeyWrap, IDisposable
{
    private const int KeySize = 32, NonceSize = 12, TagSize = 16, MostOlder = 8;
    private readonly string _path;
    private readonly AesGcm _cipher;
    private readonly byte[] _identity;
    private readonly Lock _lock = new();
    private IReadOnlyList<DeviceKey> _older = [];

    private DeviceKey(string path, ReadOnlySpan<byte> key)
    {
        _path = path;
        _cipher = new AesGcm(key, TagSize);
        _identity = HMACSHA256.HashData(key, "system title"u8);
    }

    /// <summary>The file of a state directory that holds it, where it is no credential.</summary>
    internal const string FileName = "device.key";

    /// <summary>Octets bound to this device and to what is said: a name that nobody else makes.</summary>
    internal byte[] Mark(ReadOnlySpan<byte> text, ReadOnlySpan<byte> drawn) => HMACSHA256.HashData(_identity, (byte[])[.. text, .. drawn]);

    /// <summary>
    /// Takes the credential, or the file, or makes the file. What a restore brought along beside it opens what it wrapped where it comes from: the file under a credential, and
    /// <c>device.key.1</c> and so on.
    /// </summary>
    /// <exception cref="InvalidDataException">The key is there but not 32 octets: what and where.</exception>
    internal static DeviceKey Open(string stateDirectory, string? credentialsDirectory)
    {
        var path = Path.Combine(stateDirectory, FileName);
        var credential = credentialsDirectory is null ? null : Path.Combine(credentialsDirectory, "concentrator.device-key");
        var isCredential = credential is not null && File.Exists(credential);
        var older = Enumerable.Range(isCredential ? 0 : 1, MostOlder).Select(number => Path.Combine(stateDirectory, NameOf(number))).Where(File.Exists).ToList();
        var device = isCredential ? Read(credential!) : File.Exists(path) ? Read(path) : Make(path);
        device._older = [.. older.Select(Read)];
        return device;
    }

    /// <summary>What the file of a key is called: the one in use, 0, and those before it.</summary>
    internal static string NameOf(int number) => number == 0 ? FileName : FormattableString.Invariant($"{FileName}.{number}");

    /// <summary>The keys themselves, for a backup: the one in use, then those before it. The caller's, to use and to wipe.</summary>
    internal IReadOnlyList<byte[]> ReadAgain() => [File.ReadAllBytes(_path), .. _older.Take(MostOlder - 1).Select(older => File.ReadAllBytes(older._path))];

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
        var key = Opened(wrapped, name);
        for (var i = 0; key is null && i < _older.Count; i++)
        {
            key = _older[i].Opened(wrapped, name);
        }

        return key;
    }

    private byte[]? Opened(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> name)
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

    public void Dispose()
    {
        _cipher.Dispose();
        foreach (var device in _older)
        {
            device.Dispose();
        }
    }

    private static DeviceKey Read(string path)
    {
        var key = File.ReadAllBytes(path);
        var opened = key.Length == KeySize
            ? new DeviceKey(path, key)
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
        var made = new DeviceKey(path, key);
        CryptographicOperations.ZeroMemory(key);
        return made;
    }
}
