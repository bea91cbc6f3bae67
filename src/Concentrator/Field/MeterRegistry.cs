using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>
/// The meters this box knows. Those accepted are in the books and never forgotten; of the others at most 10,000 are remembered, in RAM, and further ones only counted.
/// </summary>
/// <param name="accepts">True for a meter whose readings are kept.</param>
/// <param name="hasKey">True where a key of the meter is known.</param>
/// <param name="slot">Keep-slot of a meter; zero keeps all.</param>
/// <param name="placeOf">Metering point of a meter by its shipment row; null for nobody's.</param>
internal sealed class MeterRegistry(Func<MeterId, bool> accepts, Func<MeterId, bool> hasKey, TimeSpan slot, ITimeSource time, Func<MeterId, string?>? placeOf = null) : IMeterDirectory
{
    private const int MostForeign = 10_000;
    private readonly ConcurrentDictionary<MeterId, MeterEntry> _entries = new();
    private readonly ConcurrentDictionary<Channel<MeterId>, bool> _watchers = new();
    private readonly Lock _counting = new();
    private int _foreign;

    /// <summary>Meters whose readings are kept.</summary>
    internal int AcceptedCount { get; private set; }

    public IReadOnlyList<MeterView> List() => [.. _entries.Values.OrderBy(entry => entry.Id).Select(View)];

    public MeterView? Find(MeterId id) => _entries.TryGetValue(id, out var entry) ? View(entry) : null;

    public string? PlaceOf(MeterId id) => placeOf?.Invoke(id) ?? EntryOf(id)?.Place;

    public async IAsyncEnumerable<MeterId> ChangesAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var changes = Channel.CreateBounded<MeterId>(new BoundedChannelOptions(20_000) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[changes] = true;
        try
        {
            foreach (var id in _entries.Keys.Order())
            {
                yield return id;
            }

            await foreach (var id in changes.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                yield return id;
            }
        }
        finally
        {
            _watchers.TryRemove(changes, out _);
        }
    }

    /// <summary>The entry of a meter that is known, else null.</summary>
    internal MeterEntry? EntryOf(MeterId id) => _entries.GetValueOrDefault(id);

    /// <summary>The entry of a meter; a new one is made where there is room. Null where there is none: count it and let it go.</summary>
    internal MeterEntry? Meet(MeterId id, string media, BoxTime at, out bool isNew)
    {
        isNew = false;
        if (_entries.TryGetValue(id, out var entry))
        {
            if (!entry.Accepted && accepts(id))
            {
                Vouch(entry); // its key or its shipment row came after its first telegram
                isNew = true;
            }

            return entry;
        }

        var accepted = accepts(id);
        if (!accepted && _foreign >= MostForeign)
        {
            return null;
        }

        isNew = true;
        return Add(new MeterEntry(id, media, null, at.Utc, new KeepSlot(slot)) { Accepted = accepted });
    }

    /// <summary>Accepts a meter that stands behind an accepted one, or was named since it was heard first.</summary>
    internal void Vouch(MeterEntry entry) => Accept(entry, accepted: true);

    /// <summary>Looks again whether a meter is accepted, for its shipment row changed.</summary>
    internal void Reconsider(MeterId id)
    {
        if (EntryOf(id) is { } entry)
        {
            Accept(entry, accepts(id));
            Changed(id);
        }
    }

    /// <summary>Says that what is known of a meter changed.</summary>
    internal void Changed(MeterId id)
    {
        foreach (var watcher in _watchers.Keys)
        {
            watcher.Writer.TryWrite(id);
        }
    }

    /// <summary>Takes a meter of the books at start.</summary>
    internal void Replay(StoredRecord record)
    {
        var meter = MeterRecord.Parse(record.Payload);
        if (!_entries.ContainsKey(meter.Meter))
        {
            Add(new MeterEntry(meter.Meter, meter.Media, meter.Place, meter.FirstHeard, new KeepSlot(slot)) { Accepted = accepts(meter.Meter) });
        }
    }

    /// <summary>The accepted meters, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState() => [.. _entries.Values.Where(entry => entry.Accepted).Select(ToRecord)];

    internal NewRecord ToRecord(MeterEntry entry) => new MeterRecord(entry.Id, entry.Media, entry.FirstHeard, entry.Place).ToRecord(time.Now);

    private MeterEntry Add(MeterEntry entry)
    {
        lock (_counting)
        {
            _entries[entry.Id] = entry;
            (AcceptedCount, _foreign) = entry.Accepted ? (AcceptedCount + 1, _foreign) : (AcceptedCount, _foreign + 1);
            return entry;
        }
    }

    private void Accept(MeterEntry entry, bool accepted)
    {
        lock (_counting)
        {
            var more = (accepted ? 1 : 0) - (entry.Accepted ? 1 : 0);
            entry.Accepted = accepted;
            (AcceptedCount, _foreign) = (AcceptedCount + more, _foreign - more);
        }
    }

    private MeterView View(MeterEntry entry) => entry.ToView(hasKey(entry.Id)) with { Place = PlaceOf(entry.Id) };
}
