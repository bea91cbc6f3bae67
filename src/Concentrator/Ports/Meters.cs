using Metering;
using Metering.Keys;

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
/// <param name="Security">One word: <c>clear</c>, <c>decrypted</c>, <c>no-key</c>, <c>wrong-key</c>, <c>mac-failed</c>, <c>replayed</c>, <c>unsupported</c>.</param>
/// <param name="Sentence">What is wrong and what to do; null where all is well.</param>
/// <param name="Place">Metering point, or null.</param>
/// <param name="HasKey">A key is configured.</param>
public sealed record MeterView(
    MeterId Id, string Media, string Source, bool Accepted, DateTime? FirstHeard, DateTime? LastHeard, int? RssiDbm,
    long Heard, long Decoded, long Kept, string Security, string? Sentence, string? Place, bool HasKey);

/// <summary>The meters this box knows.</summary>
public interface IMeterDirectory
{
    /// <summary>All, by id.</summary>
    IReadOnlyList<MeterView> List();

    /// <summary>One, or null.</summary>
    MeterView? Find(MeterId id);

    /// <summary>Ids of meters whose identity, place or availability changed, as they change; every known meter first.</summary>
    IAsyncEnumerable<MeterId> ChangesAsync(CancellationToken stop);
}

/// <summary>Takes keys from an operator: wrapped at rest before it returns, never shown again.</summary>
public interface IKeyAdministration
{
    /// <summary>Sets or replaces a key; durable, and audited with the operator's name but never the key.</summary>
    ValueTask SetAsync(KeyName name, ReadOnlyMemory<byte> key, string operatorName, CancellationToken stop);
}
