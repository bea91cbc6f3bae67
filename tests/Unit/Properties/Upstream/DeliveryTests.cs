using Concentrator.Ports;
using Concentrator.Upstream;
using Metering;
using Metering.Ledger;

namespace Unit.Properties.Upstream;

/// <summary>At least once on the wire, exactly once after upserting: random losses, doubled and late acknowledgements, restarts that lose the newest state.</summary>
public class DeliveryTests
{
    [Requirement("E5")]
    [Fact]
    public async Task Nothing_is_lost_in_200000_operations_of_a_bad_network()
    {
        var random = new Random(20261124);
        var (ledger, slots) = (new ListLedger(), new Slots());
        var delivery = new Delivery("main", ledger, slots, 7);
        var (got, acks) = (new HashSet<ulong>(), new List<BatchId>());
        for (var step = 0; step < 200_000; step++)
        {
            switch (random.Next(10))
            {
                case 0 when ledger.DurableSequence < 2000:
                    await ledger.AppendAsync([Record(random)], Urgency.Reading, CancellationToken.None);
                    break;
                case 1 when random.Next(50) == 0:
                    delivery = new Delivery("main", ledger, slots.AfterKill(random), 7); // may have lost the newest state
                    delivery.SessionBegan();
                    break;
                case 2 when random.Next(10) == 0:
                    delivery.SessionBegan();
                    break;
                case 3 or 4 when acks.Count > 0:
                    var ack = acks[random.Next(acks.Count)];
                    delivery.Settle(ack); // in any order, twice
                    break;
                default:
                    if (delivery.InFlight < 8 && delivery.Take(random.Next(1, 20), 100_000) is { } batch)
                    {
                        Assert.All(batch.Records, record => Assert.Equal(batch.Id.Class, record.Class));
                        if (random.Next(4) > 0)
                        {
                            got.UnionWith(batch.Records.Select(record => record.Sequence));
                            acks.Add(batch.Id);
                        }
                        else
                        {
                            delivery.Return(batch.Id);
                        }
                    }

                    break;
            }
        }

        // What counts as delivered must have been got.
        for (ulong sequence = 1; sequence <= ledger.DurableSequence; sequence++)
        {
            var recordClass = ledger.At(sequence).Class;
            if (recordClass != RecordClass.None && delivery.IsDelivered(sequence))
            {
                Assert.Contains(sequence, got);
            }
        }

        delivery.SessionBegan();
        while (delivery.Take(50, 100_000) is { } rest)
        {
            got.UnionWith(rest.Records.Select(record => record.Sequence));
            delivery.Settle(rest.Id);
        }

        Assert.Equal(ledger.Records.Count(record => record.Class != RecordClass.None), got.Count);
        Assert.All(delivery.Backlog.Values, waiting => Assert.Equal(0, waiting));
    }

    [Fact]
    public void A_65th_range_merges_the_two_nearest_and_loses_none()
    {
        var set = new RangeSet();
        for (ulong sequence = 2; sequence <= 300; sequence += 2)
        {
            set.Remove(sequence, sequence);
        }

        Assert.True(set.Ranges.Count <= RangeSet.Most);
        for (ulong sequence = 1; sequence <= 301; sequence += 2)
        {
            Assert.True(set.Contains(sequence), $"{sequence} is lost");
        }
    }

    [Fact]
    public void A_batch_id_reads_back_and_a_forged_one_does_not_settle()
    {
        var id = new BatchId(0xABCDEF, RecordClass.Reading, 5, 9);
        Assert.True(BatchId.TryParse(id.ToString(), out var again));
        Assert.Equal(id, again);
        Assert.False(BatchId.TryParse("x.reading.9-5", out _));
        var delivery = new Delivery("main", new ListLedger(), new Slots(), 7);
        Assert.False(delivery.Settle(id)); // nothing of it was written yet
    }

    [Fact]
    public async Task What_is_kept_here_goes_when_it_is_asked_for_and_is_remembered_with_the_rest()
    {
        var (ledger, slots) = (new ListLedger(), new Slots());
        var delivery = new Delivery("main", ledger, slots, 7);
        var random = new Random(1);
        await ledger.AppendAsync([Record(random) with { Class = RecordClass.Kept }, Record(random) with { Class = RecordClass.Kept }, Record(random) with { Class = RecordClass.Reading }], Urgency.Reading, CancellationToken.None);
        delivery.SessionBegan();
        var reading = delivery.Take(50, 100_000)!;
        Assert.Equal([3UL], reading.Records.Select(record => record.Sequence));
        delivery.Settle(reading.Id);
        Assert.Null(delivery.Take(50, 100_000));
        Assert.True(delivery.IsDelivered(3)); // nobody waits for the others

        delivery.SendAgain(RecordClass.Kept, 1, 2);
        Assert.False(delivery.IsDelivered(3));
        delivery = new Delivery("main", ledger, slots, 8); // a restart in between
        delivery.SessionBegan();
        var kept = delivery.Take(50, 100_000)!;
        Assert.Equal([1UL, 2UL], kept.Records.Select(record => record.Sequence));
        Assert.True(BatchId.TryParse(kept.Id.ToString(), out var told));
        Assert.True(delivery.Settle(told));
        Assert.Null(delivery.Take(50, 100_000));
    }

    [Fact]
    public void What_a_box_knew_before_there_was_anything_to_keep_is_read()
    {
        var slots = new Slots();
        var to = new OctetWriter();
        to.Byte(1);
        foreach (var range in new (ulong, ulong)[] { (5, ulong.MaxValue), (6, ulong.MaxValue), (7, ulong.MaxValue) })
        {
            to.Number(1);
            to.Number(range.Item1);
            to.Number(range.Item2);
        }

        slots.Save("main", to.ToArray());
        var delivery = new Delivery("main", new ListLedger(), slots, 7);
        Assert.True(delivery.IsDelivered(4));
        Assert.False(delivery.IsDelivered(5));
    }

    private static NewRecord Record(Random random) => new(
        RecordType.Telegram, (RecordClass)random.Next(0, 4), new BoxTime(null, TimeQuality.Unset, 1, 7), new byte[random.Next(1, 300)]);

    private sealed class Slots : ISlotStore
    {
        private readonly List<ReadOnlyMemory<byte>> _states = [default];

        public ReadOnlyMemory<byte> Load(string name) => _states[^1];

        public void Save(string name, ReadOnlyMemory<byte> octets) => _states.Add(octets.ToArray());

        internal Slots AfterKill(Random random)
        {
            var lost = Math.Min(random.Next(3), _states.Count - 1);
            _states.RemoveRange(_states.Count - lost, lost);
            return this;
        }
    }
}
