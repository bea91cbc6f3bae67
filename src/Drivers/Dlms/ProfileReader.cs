using System.Runtime.CompilerServices;
using Metering;
using Metering.Orders;
using Protocols.Dlms;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>
/// Reads a profile or a log: the range that is asked for, and once more what is missing in it, for meters clip long answers, count the end of a range out, or deny ranges. What is known
/// of the profile's columns is read again where the rows contradict it.
/// </summary>
internal sealed class ProfileReader(MeterReader reader, MeterKnowledge knowledge, DlmsOptions options, TimeProvider clock)
{
    /// <summary>Parts of one order; and questions that bring nothing, after which a hole is believed.</summary>
    private const int MostParts = 400, MostFruitless = 4;

    /// <summary>An answer may have so many octets besides those its rows can need.</summary>
    private const int Spare = 65_536, OctetsOfCell = 20;

    /// <summary>The same where many share the medium: a row is its time, its status and numbers of eight octets at most; an answer to a day of them is 4 kB and may be 7.</summary>
    private const int SpareOnAir = 512, OctetsOfRowOnAir = 16, OctetsOfCellOnAir = 10;

    /// <summary>A meter whose clock is lost is asked for rows so often, where many share the medium; else for its clock only, which shows when it was set.</summary>
    private static readonly TimeSpan LostAgain = TimeSpan.FromHours(20);

    private static readonly Obis Clock = new(0, 0, 1, 0, 0, 255);
    private readonly MeterProfile _profile = options.Profile;
    private readonly ProfileRows _rows = new();
    private DateTime? _holdsFrom;

    /// <summary>The rows, in one part or in several.</summary>
    /// <exception cref="MeterRefusalException">The meter does not give them, or they cannot be read.</exception>
    internal async IAsyncEnumerable<MeterAnswer> ReadAsync(ReadFor who, ProfileDefinition definition, ReadOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        var pieces = await PiecesAsync(definition, order, stop).ConfigureAwait(false);
        var isLost = false;
        foreach (var piece in pieces)
        {
            await foreach (var part in ReadPieceAsync(who, definition, piece, stop).ConfigureAwait(false))
            {
                isLost |= part.IsOfLostClock;
                yield return part with { HoldsFrom = _holdsFrom };
                if (part is { IsOfLostClock: true, Data.IsEmpty: true })
                {
                    yield break; // its clock was all that was asked for
                }
            }

            if (knowledge.WithoutRange.Contains(definition.Name))
            {
                break; // by number everything up to the newest came
            }
        }

        if (isLost)
        {
            knowledge.ReadWhileLost[definition.Name] = clock.GetTimestamp();
        }
        else
        {
            knowledge.ReadWhileLost.Remove(definition.Name);
        }
    }

    /// <summary>The order cut into what a link bears at once, without what the meter must have overwritten.</summary>
    private async ValueTask<IReadOnlyList<ReadOrder>> PiecesAsync(ProfileDefinition definition, ReadOrder order, CancellationToken stop)
    {
        _holdsFrom = null;
        if (order.FromUtc is not { } wanted || definition.IsEventLog || knowledge.WithoutRange.Contains(definition.Name))
        {
            return [order];
        }

        var now = clock.GetUtcNow().UtcDateTime;
        var layout = await LayoutAsync(definition.Name, stop).ConfigureAwait(false);
        var (from, end) = (layout.Clip(wanted, now), order.ToUtc ?? now);
        _holdsFrom = from > wanted ? from : null;
        var pieces = new List<ReadOrder>();
        while (layout.PeriodSeconds > 0 && end - from > options.AtOnce)
        {
            pieces.Add(order with { FromUtc = from, ToUtc = from + options.AtOnce });
            from += options.AtOnce + TimeSpan.FromSeconds(1);
        }

        pieces.Add(order with { FromUtc = from < end ? from : end });
        return pieces;
    }

    private async IAsyncEnumerable<MeterAnswer> ReadPieceAsync(ReadFor who, ProfileDefinition definition, ReadOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        var window = await WindowAsync(order, stop).ConfigureAwait(false);
        if (options.SparesAir && order.Task is not null && window is { IsLost: true } lost && knowledge.ReadWhileLost.TryGetValue(definition.Name, out var read) && clock.GetElapsedTime(read) < LostAgain)
        {
            yield return new MeterAnswer(null, null, default, reader.Counter) { Note = $"asked for its clock only: {lost.Note}", IsOfLostClock = true };
            yield break;
        }

        var whole = await PartAsync(who, definition, window, stop).ConfigureAwait(false) with { Note = window?.Note, IsOfLostClock = window?.IsLost ?? false };
        yield return whole;
        if (window is not { } asked || whole.Block is not { } block || knowledge.WithoutRange.Contains(definition.Name))
        {
            yield break;
        }

        var holes = new Queue<ReadWindow>(ProfileGaps.In(asked, block));
        var fruitless = 0;
        for (var parts = 1; parts < MostParts && fruitless < MostFruitless && holes.TryDequeue(out var hole); parts++)
        {
            var part = await PartAsync(who, definition, hole, stop).ConfigureAwait(false);
            if (part.Block!.Rows.Length == 0)
            {
                fruitless++; // power was off, or the meter has forgotten
                continue;
            }

            yield return part;
            foreach (var left in ProfileGaps.In(hole, part.Block))
            {
                holes.Enqueue(left);
            }
        }
    }

    private async ValueTask<MeterAnswer> PartAsync(ReadFor who, ProfileDefinition definition, ReadWindow? window, CancellationToken stop)
    {
        var layout = await LayoutAsync(definition.Name, stop).ConfigureAwait(false);
        var data = await BufferAsync(definition, layout, window, stop).ConfigureAwait(false);
        var (answer, fault) = await ParseAsync(who, definition, layout, data, stop).ConfigureAwait(false);
        if (fault is not null || ContradictsPeriod(answer.Block))
        {
            knowledge.Profiles.Remove(definition.Name); // the meter captures otherwise by now, under the same firmware id or not
            var other = await LayoutAsync(definition.Name, stop).ConfigureAwait(false);
            if (!other.Equals(layout))
            {
                (answer, fault) = await ParseAsync(who, definition, other, data, stop).ConfigureAwait(false);
            }
        }

        return fault is null ? answer : throw new MeterRefusalException($"{definition.Task} ({definition.Name}): {fault}");
    }

    private async ValueTask<(MeterAnswer Answer, string? Fault)> ParseAsync(ReadFor who, ProfileDefinition definition, ProfileLayout layout, ReadOnlyMemory<byte> data, CancellationToken stop)
    {
        var columns = new ReadColumn[layout.Columns.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = await reader.ColumnAsync(layout.Columns[i], stop).ConfigureAwait(false);
        }

        string? fault;
        var answer = definition.IsEventLog
            ? new MeterAnswer(null, ToReadings.Events(definition, _profile, columns, data.Span, _rows, out fault), data, reader.Counter)
            : new MeterAnswer(ToReadings.Profile(who, definition, _profile, columns, layout.PeriodSeconds, data.Span, _rows, out fault, layout.NewestFirst), null, data, reader.Counter);
        return (answer, fault);
    }

    /// <summary>The buffer within a window: by range, by entries where the meter denies ranges, whole where it denies both.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> BufferAsync(ProfileDefinition definition, ProfileLayout layout, ReadWindow? window, CancellationToken stop)
    {
        var buffer = new AttributeDescriptor(7, definition.Name, 2);
        if (window is { } asked)
        {
            if (!knowledge.WithoutRange.Contains(definition.Name))
            {
                var most = MostOctets((asked.To < asked.MeterNow ? asked.To : asked.MeterNow) - asked.From, layout);
                if (await reader.Visit.GetAsync(buffer, asked.ToSelection(_profile, Clock), stop, most).ConfigureAwait(false) is { } rows)
                {
                    return rows;
                }

                if (reader.Visit.LastError is not (3 or 4 or 11 or 12 or 13 or 250))
                {
                    throw reader.Refused($"{definition.Task} ({definition.Name})");
                }
            }

            var selection = await EntriesAsync(definition.Name, layout, asked, stop).ConfigureAwait(false);
            if (await reader.Visit.GetAsync(buffer, selection, stop, MostOctets(asked.MeterNow - asked.From, layout)).ConfigureAwait(false) is { } entries)
            {
                knowledge.WithoutRange.Add(definition.Name);
                return entries;
            }
        }

        var whole = options.SparesAir ? TimeSpan.FromSeconds((double)layout.PeriodSeconds * layout.Entries) : TimeSpan.Zero;
        return await reader.Visit.GetAsync(buffer, null, stop, MostOctets(whole, layout)).ConfigureAwait(false) ?? throw reader.Refused($"{definition.Task} ({definition.Name})");
    }

    /// <summary>The numbers of the rows that a window can hold, counted back from the newest.</summary>
    private async ValueTask<Selection> EntriesAsync(Obis name, ProfileLayout layout, ReadWindow window, CancellationToken stop)
    {
        var used = (uint)MeterReader.NumberOf(await reader.Visit.GetAsync(new AttributeDescriptor(7, name, 7), null, stop).ConfigureAwait(false));
        var wanted = layout.PeriodSeconds == 0 ? uint.MaxValue : (uint)Math.Clamp(((window.MeterNow - window.From).TotalSeconds / layout.PeriodSeconds) + 2, 1, uint.MaxValue);
        return layout.NewestFirst ? ProfileSelection.Entries(1, Math.Max(1, Math.Min(wanted, used))) : ProfileSelection.Entries(used > wanted ? used - wanted + 1 : 1, Math.Max(1, used));
    }

    private async ValueTask<ProfileLayout> LayoutAsync(Obis name, CancellationToken stop)
    {
        if (knowledge.Profiles.TryGetValue(name, out var known))
        {
            return known;
        }

        var data = await reader.Visit.GetAsync(new AttributeDescriptor(7, name, 3), null, stop).ConfigureAwait(false) ?? throw reader.Refused($"the capture objects of {name}");
        var columns = CaptureObject.ReadList(data.Span) ?? throw new MeterRefusalException($"the capture objects of {name} cannot be read");
        var period = MeterReader.NumberOf(await reader.Visit.GetAsync(new AttributeDescriptor(7, name, 4), null, stop).ConfigureAwait(false));
        var sort = MeterReader.NumberOf(await reader.Visit.GetAsync(new AttributeDescriptor(7, name, 5), null, stop).ConfigureAwait(false));
        var entries = MeterReader.NumberOf(await reader.Visit.GetAsync(new AttributeDescriptor(7, name, 8), null, stop).ConfigureAwait(false));
        return knowledge.Profiles[name] = new ProfileLayout(columns, period, sort == 2, entries);
    }

    /// <summary>The order's range in the meter's own time; null for everything.</summary>
    private async ValueTask<ReadWindow?> WindowAsync(ReadOrder order, CancellationToken stop)
    {
        if (order.FromUtc is not { } from)
        {
            return null;
        }

        var time = await reader.ClockAsync(stop).ConfigureAwait(false) ?? throw reader.Refused("the clock");
        return time.IsCalendar ? ReadWindow.Of(from, order.ToUtc, time, clock.GetUtcNow().UtcDateTime) : null;
    }

    /// <summary>The octets that the rows of a span can have; what has no period, or does not tell how much it holds, may be as long as a list.</summary>
    private int MostOctets(TimeSpan span, ProfileLayout layout)
    {
        if (layout.PeriodSeconds == 0 || span == TimeSpan.Zero)
        {
            return options.SparesAir ? TransferBudget.OfList : GetProcedure.MostOctets;
        }

        var rows = Math.Max(0, span.TotalSeconds / layout.PeriodSeconds) + 2;
        var octets = options.SparesAir ? SpareOnAir + (rows * (OctetsOfRowOnAir + (layout.Columns.Length * OctetsOfCellOnAir))) : Spare + (rows * layout.Columns.Length * OctetsOfCell);
        return (int)Math.Min(GetProcedure.MostOctets, octets);
    }

    /// <summary>No two rows lie as far apart as the meter says that they do.</summary>
    private static bool ContradictsPeriod(ReadingBlock? block)
    {
        if (block is null || block.PeriodSeconds == 0 || block.Rows.Length < 3)
        {
            return false;
        }

        for (var i = 1; i < block.Rows.Length; i++)
        {
            if (block.Rows[i].At?.ToUtc() is not { } at || block.Rows[i - 1].At?.ToUtc() is not { } before || Math.Abs((at - before).TotalSeconds) is var apart && (apart < 1 || apart == block.PeriodSeconds))
            {
                return false;
            }
        }

        return block.PeriodSeconds < 86_400; // days and months have no one length
    }
}
