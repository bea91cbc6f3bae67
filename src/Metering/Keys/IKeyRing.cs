namespace Metering.Keys;

/// <summary>What a key is for; the order is part of the ledger format.</summary>
public enum KeyPurpose : byte
{
    /// <summary>wM-Bus and M-Bus application key (modes 5, 7, ELL).</summary>
    MBus,
    /// <summary>DLMS global unicast encryption key.</summary>
    Guek,
    /// <summary>DLMS global broadcast encryption key.</summary>
    Gbek,
    /// <summary>DLMS authentication key.</summary>
    Gak,
    /// <summary>DLMS high level security secret.</summary>
    Hls,
    /// <summary>DLMS low level security password.</summary>
    Lls,
    /// <summary>G3-PLC pre-shared key.</summary>
    Psk,
    /// <summary>PRIME device unique key.</summary>
    Duk,
}

/// <summary>Which key is wanted.</summary>
/// <param name="Device">The meter's id, or an EUI in upper-case hex for link keys.</param>
/// <param name="Purpose">What for.</param>
/// <param name="Client">DLMS client SAP, 0 elsewhere.</param>
/// <param name="KeyId">Key id as the telegram names it, 0 for the only one.</param>
public readonly record struct KeyName(string Device, KeyPurpose Purpose, int Client = 0, uint KeyId = 0);

/// <summary>The keys of the meters. Keys never leave it but into ciphers: no log, no message, no file holds one in clear.</summary>
public interface IKeyRing
{
    /// <summary>Copies the key into <paramref name="destination"/> and gives its length; 0 where none is known.</summary>
    int Find(in KeyName name, Span<byte> destination);

    /// <summary>Counts up with every change of any key, so that ciphers may be kept until it moves.</summary>
    long Version { get; }

    /// <summary>Changes keys; null for a ring whose keys stay as they are.</summary>
    IKeyRotation? Rotation => null;
}

/// <summary>What a received counter means.</summary>
public enum CounterVerdict
{
    /// <summary>Higher than any before: remembered.</summary>
    Fresh,
    /// <summary>Equal counter and content within 60 s: a copy.</summary>
    Duplicate,
    /// <summary>Not higher, and not a copy: refuse.</summary>
    Replayed,
}

/// <summary>Message counters in both directions.</summary>
public interface ICounterStore
{
    /// <summary>Judges a received counter and remembers it when fresh. Call only after its authentication held.</summary>
    /// <param name="key">Meter, purpose and key the counter belongs to.</param>
    /// <param name="counter">As received.</param>
    /// <param name="contentHash">Hash of the message, to tell a copy from an attack.</param>
    CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash);

    /// <summary>The highest counter that was accepted; 0 where none was.</summary>
    uint LastAccepted(in KeyName key) => 0;

    /// <summary>
    /// Reserves counters for sending: durable before it returns, never handed out twice, also across kills and power cuts.
    /// </summary>
    /// <param name="atLeast">The first is not below this: what the other side is known to expect.</param>
    /// <returns>The first of <paramref name="count"/> counters, one after another.</returns>
    ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop);
}
