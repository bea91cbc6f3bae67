using Metering;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Ports;

/// <summary>What the registry knows of a meter.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Media">Medium in words (<c>water</c>), from its device type.</param>
/// <param name="Source">The driver that heard it last.</param>
/// <param name="Accepted">False where only listed meters are accepted and this one is not.</param>
/// <param name="FirstHeard">UTC; null while the box had no time.</param>
/// <param name="LastHeard">UTC; null while the box had no time.</param>
/// <param name="RssiDbm">Of the last telegram.</param>
/// <param name="Heard">Telegrams since start, copies not counted.</param>
/// <param name="Decoded">Of these, how many gave readings.</param>
/// <param name="Kept">Of these, how many went to the ledger.</param>
/// <param name="Security">One word: <c>clear</c>, <c>decrypted</c>, <c>no-key</c>, <c>wrong-key</c>, <c>mac-failed</c>, <c>replayed</c>, <c>unsupported</c>; <c>not-heard</c> where it is only expected.</param>
/// <param name="Sentence">What is wrong and what to do; null where all is well.</param>
/// <param name="Place">Metering point, or null.</param>
/// <param name="HasKey">A key is configured.</param>
public sealed record MeterView(
    MeterId Id, string Media, string Source, bool Accepted, DateTime? FirstHeard, DateTime? LastHeard, int? RssiDbm,
    long Heard, long Decoded, long Kept, string Security, string? Sentence, string? Place, bool HasKey)
{
    /// <summary>What the shipment list said, and what became of the meter; null where nobody expected it.</summary>
    public MeterLifeRecord? Life { get; init; }

    /// <summary>Its node in a power line network, or null.</summary>
    public NodeView? Node { get; init; }

    /// <summary>The box that reads it by the head-end's word, where that is another one.</summary>
    public string? OwnedBy { get; init; }

    /// <summary>Why its values are missing, in one sentence; null where they are not, or nobody knows.</summary>
    public string? Reason { get; init; }

    /// <summary>What of it endangers others, though it is read well (rights of its pre-established client); null for nothing.</summary>
    public string? Warning { get; init; }
}

/// <summary>The meters this box knows.</summary>
public interface IMeterDirectory
{
    /// <summary>All, by id.</summary>
    IReadOnlyList<MeterView> List();

    /// <summary>One, or null.</summary>
    MeterView? Find(MeterId id);

    /// <summary>Its metering point, or null.</summary>
    string? PlaceOf(MeterId id);

    /// <summary>Ids of meters whose identity, place or availability changed, as they change; every known meter first.</summary>
    IAsyncEnumerable<MeterId> ChangesAsync(CancellationToken stop);
}

/// <summary>Keys that are wrapped, and wait to be written down.</summary>
/// <param name="Records">What to write; a key stands in none of them in clear.</param>
/// <param name="Take">Puts them to use: when the records are durable.</param>
public sealed record PreparedKeys(IReadOnlyList<NewRecord> Records, Action Take);

/// <summary>Takes keys from an operator: wrapped at rest before it returns, never shown again.</summary>
public interface IKeyAdministration
{
    /// <summary>Sets or replaces a key; durable, and audited with the operator's name but never the key.</summary>
    ValueTask SetAsync(KeyName name, ReadOnlyMemory<byte> key, string operatorName, CancellationToken stop);

    /// <summary>Wraps keys, for whoever writes them down together with something else.</summary>
    PreparedKeys Prepare(IReadOnlyList<(KeyName Name, ReadOnlyMemory<byte> Key)> keys);

    /// <summary>True where the key is known.</summary>
    bool Has(in KeyName name);
}
