using System.Collections;
using Concentrator.Ports;

namespace Concentrator.Field;

/// <summary>
/// Which rows of one profile with a fixed period are there: a bit for each of the last ten days' slots, and another for each that is there or that the meter does not have. What is before the first row that was
/// ever seen is not missing.
/// </summary>
/// <param name="isStart">A row's time is the begin of its interval: the row of midnight belongs to the day that begins, and comes when its interval is over.</param>
internal sealed class RowCoverage(int periodSeconds, bool isStart)
{
    private static readonly TimeSpan Window = TimeSpan.FromDays(10);
    private readonly int _slots = (int)(Window.Ticks / TimeSpan.TicksPerSecond / periodSeconds);
    private readonly BitArray _settled = new((int)(Window.Ticks / TimeSpan.TicksPerSecond / periodSeconds)), _there = new((int)(Window.Ticks / TimeSpan.TicksPerSecond / periodSeconds));
    private readonly HashSet<long> _overwritten = []; // rare: a meter was away for longer than its buffer reaches
    private long _first = long.MaxValue, _last = long.MinValue;

    /// <summary>Where in its slot the newest row stands: days that begin at 23:00 UTC, hours in a zone of half hours.</summary>
    private TimeSpan _phase;

    /// <summary>Seconds from row to row.</summary>
    internal int PeriodSeconds => periodSeconds;

    /// <summary>A row's time is the begin of its interval.</summary>
    internal bool IsStart => isStart;

    /// <summary>The profile that brought the last of them.</summary>
    internal string Profile { get; set; } = "";

    /// <summary>A row is there.</summary>
    internal void Has(DateTime utc)
    {
        var slot = SlotOf(utc);
        _phase = slot >= _last ? utc - TimeOf(slot) : _phase;
        Settle(slot, isThere: true);
    }

    /// <summary>The meter has no rows in a range but those that are there.</summary>
    /// <param name="kind">What is known of those.</param>
    internal void HasNone(DateTime first, DateTime last, GapKind kind = GapKind.HasNone)
    {
        var begin = SlotOf(first);
        for (var slot = begin; slot <= SlotOf(last) && slot - begin < _slots; slot++)
        {
            if (!IsSettled(slot))
            {
                Settle(slot, isThere: false);
                if (kind == GapKind.Overwritten && IsSettled(slot))
                {
                    _overwritten.RemoveWhere(old => old <= _last - _slots);
                    _overwritten.Add(slot);
                }
            }
        }
    }

    /// <summary>The slots of a range that are not there, in runs of those the meter does not have and those nobody knows.</summary>
    internal IEnumerable<(DateTime First, DateTime Last, GapKind Kind)> Gaps(DateTime after, DateTime until)
    {
        var (begin, end) = SlotsOf(after, until);
        for (var slot = begin; slot <= end; slot++)
        {
            if (IsThere(slot))
            {
                continue;
            }

            var (first, kind) = (slot, KindOf(slot));
            while (slot < end && !IsThere(slot + 1) && KindOf(slot + 1) == kind)
            {
                slot++;
            }

            yield return (TimeOf(first), TimeOf(slot), kind);
        }
    }

    /// <summary>Slots of a range, and how many of them are there.</summary>
    internal (int Expected, int There) Count(DateTime after, DateTime until)
    {
        var there = 0;
        var (begin, end) = SlotsOf(after, until);
        for (var slot = begin; slot <= end; slot++)
        {
            there += IsThere(slot) ? 1 : 0;
        }

        return ((int)Math.Max(0, end - begin + 1), there);
    }

    /// <summary>What is missing up to a time, the newest first.</summary>
    internal List<(DateTime First, DateTime Last)> Missing(DateTime until)
    {
        var ranges = new List<(DateTime, DateTime)>();
        if (_first == long.MaxValue)
        {
            return ranges;
        }

        var oldest = Math.Max(_first, SlotOf(until) - _slots + 1);
        for (var slot = SlotOf(until - _phase) - (isStart ? 1 : 0); slot >= oldest; slot--) // a row whose time has not come is not missing
        {
            if (IsSettled(slot))
            {
                continue;
            }

            var end = slot;
            while (slot > oldest && !IsSettled(slot - 1))
            {
                slot--;
            }

            ranges.Add((RowIn(slot), RowIn(end) + Slack));
        }

        return ranges;
    }

    /// <summary>When the row of a slot is to be asked for: its time; of hours and days, which move with summer time, from the slot's start on.</summary>
    private DateTime RowIn(long slot) => Slack > TimeSpan.Zero ? TimeOf(slot) : TimeOf(slot) + _phase;

    /// <summary>How long after that it may stand: to the slot's end, short of the next one's.</summary>
    private TimeSpan Slack => periodSeconds >= 3600 ? TimeSpan.FromSeconds(periodSeconds - 2) : TimeSpan.Zero;

    private void Settle(long slot, bool isThere)
    {
        if (_last != long.MinValue && slot <= _last - _slots)
        {
            return; // older than is remembered
        }

        for (var passed = Math.Max(_last + 1, slot - _slots + 1); _last != long.MinValue && passed < slot; passed++)
        {
            _settled[IndexOf(passed)] = _there[IndexOf(passed)] = false;
        }

        (_first, _last) = (Math.Min(_first, slot), Math.Max(_last, slot));
        (_settled[IndexOf(slot)], _there[IndexOf(slot)]) = (true, isThere);
    }

    private GapKind KindOf(long slot) => !IsSettled(slot) ? GapKind.Open : _overwritten.Contains(slot) ? GapKind.Overwritten : GapKind.HasNone;

    /// <summary>The first and the last slot of a range: rows at its end belong to it where that is what their time tells, else those at its begin.</summary>
    private (long First, long Last) SlotsOf(DateTime after, DateTime until) => isStart ? (SlotOf(after), SlotOf(until) - 1) : (SlotOf(after) + 1, SlotOf(until));

    private bool IsThere(long slot) => IsSettled(slot) && _there[IndexOf(slot)];

    private bool IsSettled(long slot) => slot <= _last && slot > _last - _slots && _settled[IndexOf(slot)];

    private int IndexOf(long slot) => (int)(slot % _slots);

    private long SlotOf(DateTime utc) => utc.Ticks / TimeSpan.TicksPerSecond / periodSeconds;

    private DateTime TimeOf(long slot) => new(slot * periodSeconds * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
}
