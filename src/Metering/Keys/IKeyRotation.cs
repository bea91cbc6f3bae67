namespace Metering.Keys;

/// <summary>
/// New keys of a meter beside the old ones, for as long as nobody knows which of them the meter has. Whatever returns is durable, wrapped as all keys are; a kill at any point leaves either the
/// state before or the one after.
/// </summary>
public interface IKeyRotation
{
    /// <summary>New keys wait.</summary>
    bool IsPending(string device, int client);

    /// <summary>Copies a key that waits; gives its length, 0 where none does.</summary>
    int FindPending(in KeyName name, Span<byte> destination);

    /// <summary>How often the encryption key was changed. Counters are kept under it: under a new key they are a fresh range.</summary>
    uint Generation(string device, int client);

    /// <summary>Keeps new keys beside the old ones; those that waited before are forgotten.</summary>
    ValueTask PrepareAsync(string device, int client, IReadOnlyList<(KeyPurpose Purpose, ReadOnlyMemory<byte> Key)> keys, CancellationToken stop);

    /// <summary>The keys that wait are the keys from now on; the old ones are forgotten.</summary>
    ValueTask CommitAsync(string device, int client, CancellationToken stop);

    /// <summary>The keys that wait are forgotten.</summary>
    ValueTask RollBackAsync(string device, int client, CancellationToken stop);
}
