using System.Threading.Channels;
using Concentrator.Field;
using Drivers.Dlms;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Protocols.Dlms.Push;
using Simulation.Dlms.Push;

namespace Unit.Flows.Dlms;

/// <summary>From a push to the ledger: what is kept, and who is told.</summary>
public class PushIntakeTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 10, 0, 5, TimeSpan.Zero));
    private readonly ListLedger _ledger = new();

    [Fact]
    public async Task Of_a_customer_interface_one_of_each_kind_is_kept_a_slot_and_no_row_twice()
    {
        var p1 = new P1Meter(9003, 1, () => _clock.GetUtcNow().UtcDateTime);
        var receiver = Receiver(repeats: true);
        await TakeAsync(events =>
        {
            for (var i = 0; i < 12 * 20; i++) // twenty minutes, a telegram every five seconds
            {
                var octets = p1.Telegram().Octets[..^2];
                foreach (var one in receiver.Receive(octets, new PushPeer(), new LinkFacts("p1", "p1", null, null), Now()).Events)
                {
                    events(one);
                }

                _clock.Advance(TimeSpan.FromSeconds(5));
            }
        });
        var kept = _ledger.Stored(RecordType.Telegram).Select(record => LedgerRecord.Parse(record.Time, record.Payload)).ToList();
        Assert.Equal(2, kept.Count(one => one.Meter.Text == p1.Name)); // 10:00 to 10:15, 10:15 to 10:20
        Assert.Equal(2, kept.Count(one => one.Meter.Text == p1.GasName));
        Assert.Equal(kept.Count, kept.Select(one => one.Block!.KeyOf(0)).Distinct().Count());
        Assert.Single(_ledger.Stored(RecordType.MeterEvents));
    }

    [Fact]
    public async Task Alarms_and_readings_of_one_push_go_together_and_whoever_waits_is_told()
    {
        var meter = new PushingMeter(9000, 1, () => _clock.GetUtcNow().UtcDateTime);
        var receiver = Receiver(repeats: false);
        var receipts = new List<PushReceipt>();
        await TakeAsync(events =>
        {
            foreach (var push in new[] { meter.Listed(), meter.Listed() })
            {
                var pushed = (DriverEvent.Pushed)receiver.Receive(push.Octets, new PushPeer(), new LinkFacts("push", "dlms", null, null), Now()).Events[0];
                var receipt = new PushReceipt();
                receipts.Add(receipt);
                events(pushed with { Receipt = receipt, Events = [new MeterEvent(new Obis(0, 0, 97, 98, 0, 255), 13, "idis", default, receipts.Count, "fraud attempt")] });
            }
        });
        Assert.Equal(["True", "True"], receipts.Select(receipt => receipt.Kept.IsCompletedSuccessfully ? receipt.Kept.Result.ToString() : "open"));
        Assert.Equal([RecordType.Meter, RecordType.Telegram, RecordType.MeterEvents, RecordType.Telegram, RecordType.MeterEvents], _ledger.Records.Select(record => record.Type));
    }

    private BoxTime Now() => new FakeTime(_clock).Now;

    private static PushReceiver Receiver(bool repeats) => new(new PushOptions(MeterProfiles.Find("plain"), PushLayouts.All) { OffsetMinutes = 60, Repeats = repeats }, new OneKey(null), new FreshCounters());

    private async Task TakeAsync(Action<Action<DriverEvent>> tell)
    {
        var channel = Channel.CreateUnbounded<DriverEvent>();
        var registry = new MeterRegistry(_ => true, _ => true, TimeSpan.FromMinutes(15), new FakeTime(_clock));
        var intake = new Intake(_ledger, registry, new FlowCount(), new FrameFeed(), new ReadMarks(), (_, _) => { }, NullLogger.Instance);
        var running = intake.RunAsync(channel.Reader);
        tell(one => channel.Writer.TryWrite(one));
        channel.Writer.Complete();
        await running;
    }
}
