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
    private Merged? _merged = new(FrozenDictionary<KeyName, byte[]>.Empty, FrozenSet<string>.Empty);
    private long _version;

    public long Version => Volatile.Read(ref _version);

    public IKeyRotation? Rotation => field ??= new KeyRotations(this, ledger);

    public int Find(in KeyName name, Span<byte> destination)
    {
        var all = All.Keys;
        if (!all.TryGetValue(name, out var key) && !all.TryGetValue(name with { KeyId = 0 }, out key))
        {
            return 0;
        }

        key.CopyTo(destination);
        return key.Length;
    }

    /// <summary>True where any key of the meter is known.</summary>
    internal bool Knows(string device) => All.Devices.Contains(device);

    /// <summary>Devices that have a key.</summary>
    internal IReadOnlySet<string> Devices => All.Devices;

    public bool Has(in KeyName name) => All.Keys.ContainsKey(name);

    /// <summary>Takes a wrapped key of the books at start. One that this device cannot unwrap is said and left alone.</summary>
    internal void Replay(StoredRecord record)
    {
        var entry = WrappedKeyRecord.Parse(record.Payload);
        if (entry.Wrapped.IsEmpty)
        {
            Drop([entry.Name]);
            return;
        }

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
            Changed();
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

    /// <summary>Keys came, or changed.</summary>
    internal event Action? Came;

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
            Changed();
        }
    }

    public async ValueTask SetAsync(KeyName name, ReadOnlyMemory<byte> key, string operatorName, CancellationToken stop)
    {
        var prepared = Prepare([(name, key)]);
        var replaced = Knows(name.Device) ? "a key" : "no key";
        var audit = new AuditRecord(operatorName, "meter key set", $"{name.Device} {name.Purpose} client={name.Client} keyId={name.KeyId}", replaced, "a key");
        await ledger.AppendAsync([.. prepared.Records, audit.ToRecord(time.Now)], Urgency.Order, stop).ConfigureAwait(false);
        prepared.Take();
    }

    public PreparedKeys Prepare(IReadOnlyList<(KeyName Name, ReadOnlyMemory<byte> Key)> keys)
    {
        var entries = keys.Select(entry => (entry.Name, Key: entry.Key.ToArray(), Wrapped: device.Wrap(entry.Key.Span, Bind(entry.Name)))).ToArray();
        return new PreparedKeys([.. entries.Select(entry => new WrappedKeyRecord(entry.Name, entry.Wrapped).ToRecord(time.Now))], () =>
        {
            lock (_lock)
            {
                foreach (var (name, key, wrapped) in entries)
                {
                    (_set[name], _wrapped[name]) = (key, wrapped);
                }

                Changed();
            }
        });
    }

    /// <summary>Records after which keys that were set are not known any more; a key of the file in their place serves again.</summary>
    internal PreparedKeys Forget(IReadOnlyList<KeyName> names) => new([.. names.Select(name => new WrappedKeyRecord(name, default).ToRecord(time.Now))], () => Drop(names));

    private void Drop(IReadOnlyList<KeyName> names)
    {
        lock (_lock)
        {
            foreach (var name in names)
            {
                if (_set.Remove(name, out var key))
                {
                    CryptographicOperations.ZeroMemory(key);
                }

                _wrapped.Remove(name);
            }

            Changed();
        }
    }

    /// <summary>Keys of the file and those that were set, put together when somebody asks: a start and an import bring them one after another.</summary>
    private Merged All => Volatile.Read(ref _merged) ?? Merge();

    private Merged Merge()
    {
        lock (_lock)
        {
            if (_merged is { } known)
            {
                return known;
            }

            var all = new Dictionary<KeyName, byte[]>(_file);
            foreach (var (name, key) in _set)
            {
                all[name] = key;
            }

            return _merged = new Merged(all.ToFrozenDictionary(), all.Keys.Select(name => name.Device).ToFrozenSet(StringComparer.Ordinal));
        }
    }

    private void Changed()
    {
        _merged = null;
        Interlocked.Increment(ref _version);
        Came?.Invoke();
    }

    private static byte[] Bind(in KeyName name) => Encoding.UTF8.GetBytes($"{name.Device}|{(byte)name.Purpose}|{name.Client}|{name.KeyId}");

    private sealed record Merged(FrozenDictionary<KeyName, byte[]> Keys, FrozenSet<string> Devices);
}
