using System.Collections.Concurrent;
using System.Globalization;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>
/// How far each profile and log of each meter is in the ledger: what a collection asks for next, and which events are new. Learned from the ledger at the start, then from what is
/// stored. It moves when a record is synced, never before.
/// </summary>
internal sealed class ReadMarks : IReadProgress
{
    /// <summary>Events of one log that are remembered; no meter keeps as many.</summary>
    private const int MostKnown = 2000;

    private static readonly DateTime Oldest = new(1990, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(26), EasternMost = TimeSpan.FromHours(14);

    /// <summary>An M-Bus channel that is so far behind the others is empty, or its device is dead: it holds nobody back.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(3);

    private readonly ConcurrentDictionary<(MeterId Meter, string Task), DateTime> _last = new();
    private readonly ConcurrentDictionary<(MeterId Through, string Task, int Channel), DateTime> _channels = new();
    private readonly Dictionary<(MeterId, string), RowCoverage> _coverage = [];
    private readonly Dictionary<(MeterId, Obis), HashSet<(DateTime At, int Number, int Occurrence)>> _known = [];
    private readonly Lock _lock = new();

    /// <summary>The newest rows themselves.</summary>
    internal KnownRows Rows { get; } = new();

    /// <summary>The newest row's or event's time that a task brought, UTC; null where nothing is stored.</summary>
    /// <remarks>Of M-Bus channels that are read through the meter, the one that is furthest behind.</remarks>
    public DateTime? Last(MeterId meter, string task)
    {
        if (_last.TryGetValue((meter, task), out var last))
        {
            return last;
        }

        var channels = _channels.Where(one => one.Key.Through == meter && one.Key.Task == task).Select(one => one.Value).ToList();
        return channels.Count == 0 ? null : channels.Where(at => at > channels.Max() - LongestWait).Min();
    }

    public IReadOnlyList<(DateTime First, DateTime Last)>? Missing(MeterId meter, string task, DateTime until)
    {
        lock (_lock)
        {
            return _coverage.TryGetValue((meter, task), out var coverage) ? coverage.Missing(until) : null;
        }
    }

    public Coverage? CoverageOf(MeterId meter, string task, DateTime after, DateTime until)
    {
        lock (_lock)
        {
            if (!_coverage.TryGetValue((meter, task), out var coverage))
            {
                return null;
            }

            var (expected, there) = coverage.Count(after, until);
            return new Coverage(coverage.Profile, coverage.PeriodSeconds, expected, there, [.. coverage.Gaps(after, until)]);
        }
    }

    public void HasNone(MeterId meter, string task, DateTime first, DateTime last) => Settle(meter, task, first, last, GapKind.HasNone);

    public void Overwritten(MeterId meter, string task, DateTime first, DateTime last) => Settle(meter, task, first, last, GapKind.Overwritten);

    private void Settle(MeterId meter, string task, DateTime first, DateTime last, GapKind kind)
    {
        lock (_lock)
        {
            if (_coverage.TryGetValue((meter, task), out var coverage))
            {
                coverage.HasNone(first, last, kind);
            }
        }
    }

    /// <summary>A block is stored. Rows of a clock that is ahead move no mark: when it is set right, what it stores then is still asked for.</summary>
    /// <param name="receivedUtc">When it was received; null where the box did not know the time.</param>
    internal void Stored(ReadingBlock block, int revision, DateTime? receivedUtc)
    {
        if (block.Profile != ReadingBlock.RegisterProfile)
        {
            Rows.Stored(block, revision);
        }

        foreach (var row in block.Rows)
        {
            if (block.Task is not null && TimeOf(row.Instant) is { } at && MayMark(at, receivedUtc))
            {
                if (block.Via is { } via)
                {
                    _channels.AddOrUpdate((via.Meter, block.Task, via.Channel), at, (_, before) => before > at ? before : at);
                }
                else
                {
                    Raise(block.Meter, block.Task, at);
                }
            }
        }

        if (block is { Task: { } task, PeriodSeconds: > 0, Via: null } && block.Rows.Length > 0) // of an empty profile nothing is known yet, which is not that nothing is missing
        {
            Cover(block, task, receivedUtc);
        }
    }

    private void Cover(ReadingBlock block, string task, DateTime? receivedUtc)
    {
        lock (_lock)
        {
            var coverage = _coverage.GetValueOrDefault((block.Meter, task));
            var isStart = block.Stamp == StampEdge.Start;
            if (coverage?.PeriodSeconds != block.PeriodSeconds || coverage.IsStart != isStart)
            {
                _coverage[(block.Meter, task)] = coverage = new RowCoverage(block.PeriodSeconds, isStart); // a meter's period is changed by people: it counts anew from here
            }

            coverage.Profile = block.Profile;
            foreach (var row in block.Rows)
            {
                if (row.At?.ToUtc() is { } at && MayMark(at, receivedUtc))
                {
                    coverage.Has(at);
                }
            }
        }
    }

    /// <summary>Events are stored.</summary>
    /// <param name="receivedUtc">When they were received; null where the box did not know the time.</param>
    internal void Stored(MeterEventsRecord told, DateTime? receivedUtc)
    {
        lock (_lock)
        {
            foreach (var one in told.Events)
            {
                var at = TimeOf(one);
                if (MayMark(at, receivedUtc))
                {
                    Raise(told.Meter, told.Task ?? "", at);
                }

                var known = _known.TryGetValue((told.Meter, one.Log), out var set) ? set : _known[(told.Meter, one.Log)] = [];
                known.Add((at, one.Number, one.Occurrence));
                if (known.Count > MostKnown)
                {
                    known.ExceptWith(known.OrderBy(other => other.At).Take(MostKnown / 2).ToList());
                }
            }
        }
    }

    /// <summary>Those that are not stored yet.</summary>
    internal IReadOnlyList<MeterEvent> Fresh(MeterId meter, IReadOnlyList<MeterEvent> events)
    {
        lock (_lock)
        {
            return [.. events.Where(one => !(_known.TryGetValue((meter, one.Log), out var known) && known.Contains((TimeOf(one), one.Number, one.Occurrence))))];
        }
    }

    /// <summary>The ledger that is learned from at the start.</summary>
    internal ILedgerReader? Ledger { get; init; }

    public void Learn()
    {
        if (Ledger is { } ledger)
        {
            Learn(ledger);
        }
    }

    /// <summary>Goes through what a ledger holds.</summary>
    internal void Learn(ILedgerReader ledger)
    {
        foreach (var recordClass in new[] { RecordClass.Reading, RecordClass.Kept, RecordClass.Order, RecordClass.Alarm })
        {
            foreach (var record in ledger.Walk(1, ledger.DurableSequence, recordClass))
            {
                Learn(record);
            }
        }
    }

    private void Learn(StoredRecord record)
    {
        if (record.Type == RecordType.MeterEvents)
        {
            Stored(MeterEventsRecord.Parse(record.Payload), record.Time.Utc);
        }
        else if (record.Type == RecordType.Telegram && LedgerRecord.Parse(record.Time, record.Payload) is { Block: { OrderId: not null } block } telegram)
        {
            Stored(block, telegram.Revision, record.Time.Utc);
        }
    }

    /// <summary>A clock that is ahead, or stands before there were such meters, says nothing of how far a profile was read.</summary>
    private static bool MayMark(DateTime at, DateTime? receivedUtc) => at >= Oldest && (receivedUtc is null || at <= receivedUtc + Ahead);

    private void Raise(MeterId meter, string task, DateTime at) => _last.AddOrUpdate((meter, task), at, (_, before) => before > at ? before : at);

    /// <summary>The earliest UTC that an instant can be: a device's own time without offset is taken as far east as there are meters.</summary>
    private static DateTime? TimeOf(string instant)
    {
        var isLocal = instant.StartsWith("d:", StringComparison.Ordinal);
        return DateTime.TryParse(isLocal ? instant.AsSpan(2) : instant, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at)
            ? isLocal && at - DateTime.MinValue > EasternMost ? at - EasternMost : at : null;
    }

    private static DateTime TimeOf(MeterEvent one) =>
        one.OccurredAt.ToUtc() ?? (one.OccurredAt.IsCalendar ? DateTime.SpecifyKind(one.OccurredAt.ToLocal(), DateTimeKind.Utc) : DateTime.MinValue);
}
