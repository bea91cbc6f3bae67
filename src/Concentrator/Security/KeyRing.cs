using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Security;

/// <summary>
/// The keys of the meters: those of the keys file, read in place and again when it changes, and those set by an operator, wrapped in the books.
/// A key that was set goes before one in the file. Keys stay in RAM only and leave only into ciphers.
/// </summary>
internal sealed class KeyRing(DeviceKey device, ILedger ledger, ITimeSource time, ILogger log) : IKeyRing, IKeyAdministration
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyName, byte[]> _set = [];
    private readonly Dictionary<KeyName, byte[]> _wrapped = [];
    private IReadOnlyDictionary<KeyName, byte[]> _file = new Dictionary<KeyName, byte[]>();
    private FrozenDictionary<KeyName, byte[]> _all = FrozenDictionary<KeyName, byte[]>.Empty;
    private long _version;

    public long Version => Volatile.Read(ref _version);

    public int Find(in KeyName name, Span<byte> destination)
    {
        var all = _all;
        if (!all.TryGetValue(name, out var key) && !all.TryGetValue(name with { KeyId = 0 }, out key))
        {
            return 0;
        }

        key.CopyTo(destination);
        return key.Length;
    }

    /// <summary>True where any key of the meter is known.</summary>
    internal bool Knows(string device) => _all.Keys.Any(name => name.Device == device);

    /// <summary>Devices that have a key.</summary>
    internal IReadOnlySet<string> Devices => _all.Keys.Select(name => name.Device).ToHashSet(StringComparer.Ordinal);

    /// <summary>Takes a wrapped key of the books at start. One that this device cannot unwrap is said and left alone.</summary>
    internal void Replay(StoredRecord record)
    {
        var entry = WrappedKeyRecord.Parse(record.Payload);
        var key = device.Unwrap(entry.Wrapped.Span, Bind(entry.Name));
        if (key is null)
        {
            log.KeyNotUnwrapped(entry.Name.Device);
            return;
        }

        lock (_lock)
        {
            _set[entry.Name] = key;
            _wrapped[entry.Name] = entry.Wrapped.ToArray();
            Merge();
        }
    }

    /// <summary>Every key that was set, still wrapped, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState()
    {
        lock (_lock)
        {
            return [.. _wrapped.Select(entry => new WrappedKeyRecord(entry.Key, entry.Value).ToRecord(time.Now))];
        }
    }

    /// <summary>Takes what the keys file holds now.</summary>
    internal void TakeFile(IReadOnlyDictionary<KeyName, byte[]> keys)
    {
        lock (_lock)
        {
            foreach (var gone in _file.Where(old => !keys.ContainsKey(old.Key)))
            {
                CryptographicOperations.ZeroMemory(gone.Value);
            }

            _file = keys;
            Merge();
        }
    }

    public async ValueTask SetAsync(KeyName name, ReadOnlyMemory<byte> key, string operatorName, CancellationToken stop)
    {
        var wrapped = device.Wrap(key.Span, Bind(name));
        var replaced = Knows(name.Device) ? "a key" : "no key";
        var audit = new AuditRecord(operatorName, "meter key set", $"{name.Device} {name.Purpose} client={name.Client} keyId={name.KeyId}", replaced, "a key");
        await ledger.AppendAsync([new WrappedKeyRecord(name, wrapped).ToRecord(time.Now), audit.ToRecord(time.Now)], Urgency.Order, stop).ConfigureAwait(false);
        lock (_lock)
        {
            _set[name] = key.ToArray();
            _wrapped[name] = wrapped;
            Merge();
        }
    }

    private void Merge()
    {
        var all = new Dictionary<KeyName, byte[]>(_file);
        foreach (var (name, key) in _set)
        {
            all[name] = key;
        }

        _all = all.ToFrozenDictionary();
        Interlocked.Increment(ref _version);
    }

    private static byte[] Bind(in KeyName name) => Encoding.UTF8.GetBytes($"{name.Device}|{(byte)name.Purpose}|{name.Client}|{name.KeyId}");
}
