using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>
/// The single consumer of what drivers tell: copies out, foreign meters counted, the keep-slot rule, then the ledger. What is not kept goes to the black box.
/// Whether a record is ours is known when its append completes, not before.
/// </summary>
internal sealed partial class Intake(ILedger ledger, MeterRegistry registry, FlowCount flow, FrameFeed feed, ReadMarks marks, Action<RawFrame, string> blackBox, ILogger log)
{
    private readonly CopyFilter _copies = new();
    private readonly Channel<(Task<ulong> Append, Action? Then, PushReceipt? Receipt)> _appends = Channel.CreateBounded<(Task<ulong>, Action?, PushReceipt?)>(new BoundedChannelOptions(65_536) { SingleReader = true, SingleWriter = true });

    /// <summary>Is told what a meter of ours says, kept or not; null for nobody.</summary>
    internal Action<ReadingBlock, BoxTime>? Newest { get; init; }

    /// <summary>Takes events until the channel ends, and returns when the last append is settled.</summary>
    internal async Task RunAsync(ChannelReader<DriverEvent> events)
    {
        var settling = SettleAsync();
        try
        {
            await foreach (var driverEvent in events.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                switch (driverEvent)
                {
                    case DriverEvent.ReadingsTaken taken:
                        await TakeAsync(taken.Block.Meter, taken.Raw, taken.Security, taken.Block, null, taken.Use).ConfigureAwait(false);
                        break;
                    case DriverEvent.Rejected rejected:
                        await TakeAsync(rejected.Meter, rejected.Raw, SecurityFacts.Clear, null, rejected.Fault).ConfigureAwait(false);
                        break;
                    case DriverEvent.MeterHeard heard:
                        TakeHeard(heard);
                        break;
                    case DriverEvent.EventsTaken told:
                        await TakeEventsAsync(told).ConfigureAwait(false);
                        break;
                    case DriverEvent.Pushed pushed:
                        await TakePushAsync(pushed).ConfigureAwait(false);
                        break;
                    default:
                        break; // who is reached through whom is the supervisor's
                }
            }
        }
        finally
        {
            _appends.Writer.Complete();
            await settling.ConfigureAwait(false);
        }
    }

    private async ValueTask TakeAsync(MeterId meter, RawFrame raw, SecurityFacts security, ReadingBlock? block, Fault? fault, ReadingUse use = ReadingUse.Sent)
    {
        flow.Heard();
        var outcome = Outcome.Of(security, fault);
        if (meter.IsNone)
        {
            flow.Rejected();
            Pass(meter, raw, outcome);
            return;
        }

        if (block is { OrderId: not null, Rows.Length: 0 })
        {
            Pass(meter, raw, "no rows"); // nothing in the range: an answer, and nothing to keep
            return;
        }

        var wasAsked = block?.OrderId is not null; // an answer is kept as it is; copies and slots are of the air
        if (!wasAsked && _copies.IsCopy(meter, raw.ContentHash, raw.At))
        {
            flow.Copy();
            Pass(meter, raw, "copy");
            return;
        }

        var isNew = false;
        var entry = Outcome.IsWorthKeeping(fault) ? registry.Meet(meter, Media.Of(meter), raw.At, out isNew) : registry.EntryOf(meter); // rubbish makes no meters
        if (entry is { Accepted: false } && block?.Via is { } via && registry.EntryOf(via.Meter) is { Accepted: true })
        {
            registry.Vouch(entry); // it is read through a meter of ours
        }

        if (entry is null || !entry.Accepted)
        {
            flow.Foreign();
            entry?.Hear(raw.At, raw.Link.Source, raw.Link.RssiDbm, block is not null, outcome, null);
            Pass(meter, raw, "foreign");
            return;
        }

        Count(block, fault);
        if (entry.Hear(raw.At, raw.Link.Source, raw.Link.RssiDbm, block is not null, outcome, fault?.Sentence))
        {
            registry.Changed(meter);
        }

        if (block is not null)
        {
            Newest?.Invoke(block, raw.At);
        }

        if (use == ReadingUse.Shown)
        {
            Pass(meter, raw, "not kept");
            return;
        }

        var keeps = wasAsked || (Outcome.IsWorthKeeping(fault) && entry.Keep.Keeps(SlotClock(raw.At), StatusOf(block, fault)));
        Show(meter, raw, keeps ? outcome : outcome + ", not kept");
        if (!keeps)
        {
            blackBox(raw, outcome);
            return;
        }

        IReadOnlyList<(ReadingBlock? Block, int Revision)> parts = wasAsked && block!.Profile != ReadingBlock.RegisterProfile
            ? [.. marks.Rows.Sort(block, again: block.Task is null).Select(part => ((ReadingBlock?)part.Block, part.Revision))] : [(block, 0)];
        if (parts.Count == 0)
        {
            Pass(meter, raw, "known rows");
            return;
        }

        flow.Kept();
        entry.Kept++;
        var recordClass = block is null ? RecordClass.None : wasAsked && block.Task is null ? RecordClass.Order : use == ReadingUse.Kept ? RecordClass.Kept : RecordClass.Reading;
        var telegrams = parts.Select(part => new NewRecord(RecordType.Telegram, recordClass, raw.At, new LedgerRecord(meter, raw, security, part.Block, fault, part.Revision).ToPayload()));
        IReadOnlyList<NewRecord> records = isNew ? [registry.ToRecord(entry), .. telegrams] : [.. telegrams];
        var urgency = wasAsked && block!.Task is null ? Urgency.OnDemand : Urgency.Reading;
        await AppendAsync(ledger.AppendAsync(records, urgency, CancellationToken.None), wasAsked ? () => Learn(parts, raw.At.Utc) : null).ConfigureAwait(false);
    }

    private void Learn(IReadOnlyList<(ReadingBlock? Block, int Revision)> parts, DateTime? receivedUtc)
    {
        foreach (var (block, revision) in parts)
        {
            marks.Stored(block!, revision, receivedUtc);
        }
    }

    private async ValueTask TakeEventsAsync(DriverEvent.EventsTaken told)
    {
        flow.Heard();
        var entry = registry.Meet(told.Meter, Media.Of(told.Meter), told.Raw.At, out var isNew);
        var fresh = entry is { Accepted: true } ? marks.Fresh(told.Meter, told.Events) : [];
        if (fresh.Count == 0)
        {
            Pass(told.Meter, told.Raw, "no new events");
            return;
        }

        flow.Kept();
        Show(told.Meter, told.Raw, "events");
        var record = new MeterEventsRecord(told.Meter, told.Raw.Link.Source, fresh, told.Raw.Octets, told.Task);
        var events = new NewRecord(RecordType.MeterEvents, RecordClass.Alarm, told.Raw.At, record.ToPayload());
        IReadOnlyList<NewRecord> records = isNew ? [registry.ToRecord(entry!), events] : [events];
        await AppendAsync(ledger.AppendAsync(records, Urgency.Order, CancellationToken.None), () => marks.Stored(record, told.Raw.At.Utc)).ConfigureAwait(false);
    }

    private ValueTask AppendAsync(ValueTask<ulong> append, Action? then, PushReceipt? receipt = null) => _appends.Writer.WriteAsync((append.AsTask(), then, receipt));

    private void TakeHeard(DriverEvent.MeterHeard heard)
    {
        flow.Heard();
        if (_copies.IsCopy(heard.Meter, heard.Raw.ContentHash, heard.Raw.At))
        {
            flow.Copy();
            return;
        }

        var entry = registry.Meet(heard.Meter, Media.Of(heard.Meter), heard.Raw.At, out _);
        entry?.Hear(heard.Raw.At, heard.Raw.Link.Source, heard.Raw.Link.RssiDbm, decoded: false, entry.Security, entry.Sentence);
        Pass(heard.Meter, heard.Raw, heard.What);
    }

    private void Count(ReadingBlock? block, Fault? fault)
    {
        if (block is not null)
        {
            flow.Decoded();
        }
        else if (Outcome.IsWorthKeeping(fault))
        {
            flow.Undecodable();
        }
        else
        {
            flow.Rejected();
        }
    }

    private void Pass(MeterId meter, RawFrame raw, string outcome)
    {
        blackBox(raw, outcome);
        Show(meter, raw, outcome);
    }

    private void Show(MeterId meter, RawFrame raw, string outcome)
    {
        if (feed.IsWatched)
        {
            feed.Show(new FrameGlimpse(raw.At.Utc, raw.Link.Source, meter, raw.Link.RssiDbm, outcome, raw.Octets));
        }
    }

    private async Task SettleAsync()
    {
        await foreach (var (append, then, receipt) in _appends.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await append.ConfigureAwait(false);
                flow.Stored();
                then?.Invoke();
                receipt?.Settle(kept: true);
            }
            catch (StorageFaultException e)
            {
                receipt?.Settle(kept: false);
                log.NotStored(e.Message); // the ledger counts it and will say the gap
            }
        }
    }

    private static TimeSpan SlotClock(BoxTime at) => at.Utc is { } utc ? TimeSpan.FromTicks(utc.Ticks) : TimeSpan.FromTicks(at.Monotonic);

    private static uint StatusOf(ReadingBlock? block, Fault? fault) =>
        block is null ? 0x8000_0000 | (uint)fault!.Kind : block.Rows[0].Status << 24 | (uint)(block.Rows[0].Flags & (StatusFlags)0x00FF_FFFF);
}
