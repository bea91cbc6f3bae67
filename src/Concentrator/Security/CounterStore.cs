using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Security;

/// <summary>
/// Message counters. Accepted ones go to the books once a minute and at a stop, and a start takes those of the telegrams kept since: only a telegram heard in the last minute
/// before a kill and not kept could be taken once more, by then for the first time that counts. Sending counters are reserved in blocks, durable before the first of a block is used.
/// </summary>
internal sealed class CounterStore(ILedger ledger, ITimeSource time, TimeProvider clock) : ICounterStore, IDisposable
{
    private const uint Block = 1000;
    private static readonly TimeSpan CopyWindow = TimeSpan.FromSeconds(60), Every = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<KeyName, Accepted> _accepted = [];
    private readonly Dictionary<KeyName, (uint Next, uint Reserved)> _sending = [];
    private readonly HashSet<KeyName> _dirty = [];
    private readonly SemaphoreSlim _reserving = new(1, 1);

    public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash)
    {
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            if (_accepted.TryGetValue(key, out var last) && counter <= last.Counter)
            {
                return counter == last.Counter && contentHash == last.ContentHash && clock.GetElapsedTime(last.At, now) <= CopyWindow
                    ? CounterVerdict.Duplicate
                    : CounterVerdict.Replayed;
            }

            _accepted[key] = new Accepted(counter, contentHash, now);
            _dirty.Add(key);
            return CounterVerdict.Fresh;
        }
    }

    public uint LastAccepted(in KeyName key)
    {
        lock (_lock)
        {
            return _accepted.TryGetValue(key, out var last) ? last.Counter : 0;
        }
    }

    public async ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        await _reserving.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var (next, reserved) = _sending.GetValueOrDefault(key);
            next = Math.Max(next, atLeast);
            var after = checked(next + (uint)count);
            if (after > reserved)
            {
                reserved = checked(after + Block);
                await ledger.AppendAsync([new CounterReservation(key, reserved).ToRecord(time.Now)], Urgency.Order, stop).ConfigureAwait(false);
            }

            _sending[key] = (after, reserved);
            return next;
        }
        finally
        {
            _reserving.Release();
        }
    }

    /// <summary>Takes a record of the books at start. What was reserved may have been used: sending goes on beyond it.</summary>
    internal void Replay(StoredRecord record)
    {
        if (record.Type == RecordType.CounterReservation)
        {
            var reservation = CounterReservation.Parse(record.Payload);
            _sending[reservation.Name] = (reservation.Next, reservation.Next);
            return;
        }

        foreach (var (name, counter) in AcceptedCounters.Parse(record.Payload).Counters)
        {
            if (!_accepted.TryGetValue(name, out var known) || known.Counter < counter)
            {
                _accepted[name] = new Accepted(counter, 0, 0);
            }
        }
    }

    /// <summary>Takes the counter of a telegram that stands in the ledger: what was heard after the last record of counters was written.</summary>
    internal void Heard(in KeyName name, uint counter, ulong contentHash)
    {
        if (!_accepted.TryGetValue(name, out var known) || known.Counter < counter)
        {
            _accepted[name] = new Accepted(counter, contentHash, clock.GetTimestamp());
        }
    }

    /// <summary>All counters, for a new books segment.</summary>
    internal IEnumerable<NewRecord> LiveState()
    {
        lock (_lock)
        {
            var accepted = _accepted.Select(entry => (entry.Key, entry.Value.Counter)).ToArray();
            var sending = _sending.Select(entry => new CounterReservation(entry.Key, entry.Value.Reserved).ToRecord(time.Now));
            return [new AcceptedCounters(accepted).ToRecord(time.Now), .. sending];
        }
    }

    /// <summary>Writes accepted counters down until stopped, and once more then.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                await FlushAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            await FlushAsync().ConfigureAwait(false);
        }
    }

    private async Task FlushAsync()
    {
        AcceptedCounters counters;
        lock (_lock)
        {
            counters = new AcceptedCounters([.. _dirty.Select(name => (name, _accepted[name].Counter))]);
            _dirty.Clear();
        }

        if (counters.Counters.Count == 0)
        {
            return;
        }

        try
        {
            await ledger.AppendAsync([counters.ToRecord(time.Now)], Urgency.OnDemand, CancellationToken.None).ConfigureAwait(false);
        }
        catch (StorageFaultException)
        {
            lock (_lock)
            {
                _dirty.UnionWith(counters.Counters.Select(entry => entry.Name)); // the ledger has said it; the next round tries again
            }
        }
    }

    public void Dispose() => _reserving.Dispose();

    private readonly record struct Accepted(uint Counter, ulong ContentHash, long At);
}
