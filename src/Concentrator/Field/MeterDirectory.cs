using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>Everything that is known of a meter, for people and head-ends: what was heard, what was expected, its node, who reads it, why it is missing. Expected meters stand in it before they are heard.</summary>
internal sealed class MeterDirectory(
    MeterRegistry registry, MeterLifeBook book, INetworkDirectory network, IOwnership ownership, ICollectionView collection, Func<MeterId, bool> hasKey, Func<MeterId, string?>? warningOf = null) : IMeterDirectory
{
    private const string NotHeard = "not-heard";

    public IReadOnlyList<MeterView> List()
    {
        var heard = registry.List();
        var known = heard.Select(meter => meter.Id).ToHashSet();
        return [.. heard.Select(With).Concat(book.Open.Where(life => !known.Contains(life.Meter) && !known.Contains(life.MBus)).Select(life => With(Expected(life)))).OrderBy(meter => meter.Id)];
    }

    public MeterView? Find(MeterId id) =>
        registry.Find(id) is { } heard ? With(heard)
        : book.Find(id) is not { } life ? null
        : registry.Find(life.Meter) is { } heardAs ? With(heardAs)
        : !life.MBus.IsNone && registry.Find(life.MBus) is { } overMBus ? With(overMBus)
        : With(Expected(life));

    public string? PlaceOf(MeterId id) => registry.PlaceOf(id);

    public IAsyncEnumerable<MeterId> ChangesAsync(CancellationToken stop) => registry.ChangesAsync(stop);

    private MeterView With(MeterView meter)
    {
        var life = book.Find(meter.Id);
        var node = network.Find(meter.Id) ?? (life?.Eui is { } eui ? network.FindNode(eui) : null);
        return meter with
        {
            Life = life, Node = node, OwnedBy = ownership.IsOwnedElsewhere(meter.Id, out var box) ? box : null, Reason = collection.ReasonOf(meter.Id), Warning = warningOf?.Invoke(meter.Id),
            Sentence = meter.Security == NotHeard && life is { IsOpen: true } ? Waits(life, node) : meter.Sentence,
        };
    }

    private MeterView Expected(MeterLifeRecord life) => new(
        life.Meter, "", "", life.IsOpen, null, null, null, 0, 0, 0, NotHeard, $"{MeterLifeText.Stage(life.Stage)}{(life.EndedAt is { } ended ? $" on {ended:yyyy-MM-dd}" : "")}", life.Place, hasKey(life.Meter));

    /// <summary>How far a meter came that nothing was heard of.</summary>
    private static string Waits(MeterLifeRecord life, NodeView? node)
    {
        var since = life.ExpectedAt is { } at ? $"expected since {at:yyyy-MM-dd}" : "expected";
        return node is not null ? $"{since}; its node {node.Node.Eui} is {node.Node.State.ToString().ToLowerInvariant()}{(node.Node.Sentence.Length > 0 ? $": {node.Node.Sentence}" : "")}"
            : life.Eui is { } eui ? $"{since}; its node {eui} never registered" : $"{since}, and not heard yet";
    }
}
