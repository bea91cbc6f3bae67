using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>What meters say by themselves: readings, alarms, or both in one.</summary>
internal sealed partial class Intake
{
    /// <summary>Events that are on their way into the ledger: told again meanwhile they are not new either.</summary>
    private readonly List<(MeterId Meter, MeterEvent Event, Task<bool> Kept)> _telling = [];

    /// <summary>
    /// Pushes of the network are all kept; those of a customer interface, which come every few seconds, one of each kind a slot. Alarms go with their readings in one append. Whoever
    /// waits with an answer to the meter is told when that is synced.
    /// </summary>
    private async ValueTask TakePushAsync(DriverEvent.Pushed pushed)
    {
        flow.Heard();
        var (meter, raw, block) = (pushed.Meter, pushed.Raw, pushed.Block);
        if (_copies.IsCopy(meter, raw.ContentHash, raw.At))
        {
            flow.Copy();
            Pass(meter, raw, "copy");
            pushed.Receipt?.Settle(kept: false);
            return;
        }

        var entry = registry.Meet(meter, Media.Of(meter), raw.At, out var isNew);
        var outcome = Outcome.Of(pushed.Security, null);
        if (entry is not { Accepted: true })
        {
            flow.Foreign();
            entry?.Hear(raw.At, raw.Link.Source, raw.Link.RssiDbm, block is not null, outcome, null);
            Pass(meter, raw, "foreign");
            pushed.Receipt?.Settle(kept: false);
            return;
        }

        flow.Decoded();
        if (entry.Hear(raw.At, raw.Link.Source, raw.Link.RssiDbm, block is not null, outcome, null))
        {
            registry.Changed(meter);
        }

        if (block is not null)
        {
            Newest?.Invoke(block, raw.At);
        }

        var keeps = block is not null && (!pushed.Repeats || entry.Pushes.Keeps(SlotClock(raw.At), StatusOf(block, null), block));
        var fresh = pushed.Events.Count == 0 ? [] : NewOf(meter, pushed.Events);
        if (!keeps && fresh.Count == 0)
        {
            blackBox(raw, outcome);
            Show(meter, raw, block is null ? "no new events" : outcome + ", not kept");
            pushed.Receipt?.Settle(kept: block is null); // events that are not new are in the ledger
            return;
        }

        Show(meter, raw, fresh.Count > 0 ? outcome + ", events" : outcome);
        flow.Kept();
        entry.Kept++;
        List<NewRecord> records = isNew ? [registry.ToRecord(entry)] : [];
        if (keeps)
        {
            records.Add(new NewRecord(RecordType.Telegram, RecordClass.Reading, raw.At, new LedgerRecord(meter, raw, pushed.Security, block, null).ToPayload()));
        }

        Action? then = null;
        var receipt = pushed.Receipt;
        if (fresh.Count > 0)
        {
            receipt ??= new PushReceipt();
            _telling.AddRange(fresh.Select(one => (meter, one, receipt.Kept)));
            var events = new MeterEventsRecord(meter, raw.Link.Source, fresh, raw.Octets);
            records.Add(new NewRecord(RecordType.MeterEvents, RecordClass.Alarm, raw.At, events.ToPayload()));
            then = () => marks.Stored(events, raw.At.Utc);
        }

        var urgency = fresh.Count > 0 ? Urgency.Order : pushed.Receipt is null ? Urgency.Reading : Urgency.OnDemand;
        await AppendAsync(ledger.AppendAsync(records, urgency, CancellationToken.None), then, receipt).ConfigureAwait(false);
    }

    /// <summary>Those that are neither in the ledger nor on their way. What has arrived is let go first: it is marked as stored before that is said, so that it never is in neither place.</summary>
    private List<MeterEvent> NewOf(MeterId meter, IReadOnlyList<MeterEvent> events)
    {
        _telling.RemoveAll(told => told.Kept.IsCompleted);
        return [.. marks.Fresh(meter, events).Where(one => !_telling.Exists(told => told.Meter == meter && told.Event == one))];
    }
}
