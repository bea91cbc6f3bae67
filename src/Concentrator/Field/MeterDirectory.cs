using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>Everything that is known of a meter, for people and head-ends: what was heard, what was expected, its node, who reads it, why it is missing. Expected meters stand in it before they are heard.</summary>
internal sealed class MeterDirectory(MeterRegistry registry, MeterLifeBook book, INetworkDirectory network, IOwnership ownership, ICollectionView collection, Func<MeterId, bool> hasKey) : IMeterDirectory
{
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

    private MeterView With(MeterView meter) => meter with
    {
        Life = book.Find(meter.Id), Node = network.Find(meter.Id), OwnedBy = ownership.IsOwnedElsewhere(meter.Id, out var box) ? box : null, Reason = collection.ReasonOf(meter.Id),
    };

    private MeterView Expected(MeterLifeRecord life) => new(
        life.Meter, "", "", life.IsOpen, null, null, null, 0, 0, 0, "not-heard",
        life.IsOpen ? $"expected{(life.ExpectedAt is { } since ? $" since {since:yyyy-MM-dd}" : "")}, and not heard yet" : $"{MeterLifeText.Stage(life.Stage)}{(life.EndedAt is { } ended ? $" on {ended:yyyy-MM-dd}" : "")}",
        life.Place, hasKey(life.Meter));
}
