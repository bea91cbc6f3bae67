using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>What is to be written: meters as they stand then, and the records that belong with them. Or why not.</summary>
/// <param name="Refusal">Why nothing is written; null where it is.</param>
internal sealed record MeterLifeChange(IReadOnlyList<MeterLifeRecord> Meters, IReadOnlyList<NewRecord> Beside, string? Refusal = null)
{
    /// <summary>What is done when all is durable.</summary>
    internal Action Then { get; init; } = () => { };

    internal static MeterLifeChange Refused(string sentence) => new([], [], sentence);
}

/// <summary>Every meter that was ever expected here, in the books: found by its id, by that of its M-Bus interface, by EUI and by serial number.</summary>
internal sealed class MeterLifeBook(ILedger ledger, ITimeSource time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<MeterId, MeterLifeRecord> _meters = [];
    private readonly Dictionary<MeterId, MeterId> _byMBus = [];
    private readonly Dictionary<string, MeterId> _byEui = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<MeterId>> _bySerial = new(StringComparer.Ordinal);
    private MeterLifeRecord[]? _open;
    private long _version;

    /// <summary>Counts up with every change.</summary>
    internal long Version => Volatile.Read(ref _version);

    /// <summary>A meter's life changed.</summary>
    internal event Action<MeterId>? Changed;

    internal IReadOnlyList<MeterLifeRecord> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _meters.Values.OrderBy(life => life.Meter)];
            }
        }
    }

    /// <summary>Those to be read here: neither exchanged nor retired.</summary>
    internal IReadOnlyList<MeterLifeRecord> Open
    {
        get
        {
            lock (_lock)
            {
                return _open ??= [.. _meters.Values.Where(life => life.IsOpen).OrderBy(life => life.Meter)];
            }
        }
    }

    /// <summary>The meter of an id, its own or that of its M-Bus interface.</summary>
    internal MeterLifeRecord? Find(MeterId id)
    {
        lock (_lock)
        {
            return _meters.TryGetValue(id, out var life) || (_byMBus.TryGetValue(id, out var meter) && _meters.TryGetValue(meter, out life)) ? life : null;
        }
    }

    /// <summary>The open meter behind an EUI.</summary>
    internal MeterLifeRecord? FindEui(string eui)
    {
        lock (_lock)
        {
            return _byEui.TryGetValue(eui, out var meter) ? _meters[meter] : null;
        }
    }

    /// <summary>The open meter of a serial number; null also where two have it, for then it says nothing.</summary>
    internal MeterLifeRecord? FindSerial(string serial)
    {
        lock (_lock)
        {
            return _bySerial.TryGetValue(serial, out var meters) && meters is [var only] ? _meters[only] : null;
        }
    }

    /// <summary>Changes the book: what <paramref name="decide"/> looks at stands still until what it decides is durable. Gives the refusal, or null.</summary>
    internal async ValueTask<string?> ChangeAsync(Func<MeterLifeChange> decide, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var change = decide();
            if (change.Refusal is not null || change.Meters.Count + change.Beside.Count == 0)
            {
                return change.Refusal;
            }

            await ledger.AppendAsync([.. change.Meters.Select(ToRecord), .. change.Beside], Urgency.Order, stop).ConfigureAwait(false);
            Take(change.Meters);
            change.Then();
            foreach (var life in change.Meters)
            {
                Changed?.Invoke(life.Meter);
            }

            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes a record of the books at start.</summary>
    internal void Replay(StoredRecord record) => Take([MeterLifeRecord.Parse(record.Payload)]);

    /// <summary>Every meter, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState() => [.. All.Select(ToRecord)];

    public void Dispose() => _turn.Dispose();

    private NewRecord ToRecord(MeterLifeRecord life) => new(RecordType.MeterLife, RecordClass.None, time.Now, life.ToPayload());

    private void Take(IReadOnlyList<MeterLifeRecord> changes)
    {
        lock (_lock)
        {
            foreach (var life in changes)
            {
                if (_meters.TryGetValue(life.Meter, out var before))
                {
                    Unlink(before);
                }

                _meters[life.Meter] = life;
                Link(life);
            }

            _open = null;
            Interlocked.Increment(ref _version);
        }
    }

    private void Link(MeterLifeRecord life)
    {
        if (!life.MBus.IsNone)
        {
            _byMBus[life.MBus] = life.Meter;
        }

        if (life is { IsOpen: true, Eui: { } eui })
        {
            _byEui[eui] = life.Meter;
        }

        if (life is { IsOpen: true, Serial: { } serial })
        {
            (_bySerial.TryGetValue(serial, out var meters) ? meters : _bySerial[serial] = []).Add(life.Meter);
        }
    }

    private void Unlink(MeterLifeRecord life)
    {
        if (!life.MBus.IsNone && _byMBus.GetValueOrDefault(life.MBus) == life.Meter)
        {
            _byMBus.Remove(life.MBus);
        }

        if (life.Eui is { } eui && _byEui.GetValueOrDefault(eui) == life.Meter)
        {
            _byEui.Remove(eui);
        }

        if (life.Serial is { } serial && _bySerial.TryGetValue(serial, out var meters) && meters.Remove(life.Meter) && meters.Count == 0)
        {
            _bySerial.Remove(serial);
        }
    }
}
