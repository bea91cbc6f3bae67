using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>Invocation counters between driver and meter: found again after a fright, across restarts, and never led astray.</summary>
public class DriverCounterTests
{
    [Fact]
    public async Task A_restart_remembers_how_far_the_meter_followed_us()
    {
        var counters = new MemoryCounters();
        DlmsMeter meter;
        await using (var first = new DriverBench(new DlmsMeterPlan(3, 7), counters: counters))
        {
            meter = first.Meter;
            Assert.Equal(OrderState.Done, (await ReadAsync(first)).State);
        }

        var taken = meter.Keys.Expects - 2; // the release came after it
        meter.Keys.Expects += 200_000;
        await using var second = new DriverBench(new DlmsMeterPlan(3, 7), counters: counters, meter: meter);
        var step = await ReadAsync(second);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains($"counter {taken + 200_002}, 200002 more than {taken}", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_lies_about_the_counter_again_and_again_leads_us_no_further_than_once()
    {
        var counters = new MemoryCounters();
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), counters: counters);
        Assert.Equal(OrderState.Done, (await ReadAsync(bench)).State);
        await bench.LetGoAsync();
        var taken = bench.Meter.Keys.Expects;
        var refused = 0;
        for (var lie = 1; lie <= 4; lie++)
        {
            bench.Meter.Keys.Expects = taken + (uint)(lie * 90_000);
            bench.Keys.Wrong = [(byte)lie, .. new byte[15]]; // nothing is authenticated any more, and each of these keys may be tried
            refused += (await ReadAsync(bench)).Sentence.Contains("waits for a person", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal(3, refused);
        Assert.InRange(await counters.ReserveAsync(new KeyName(bench.Meter.Name, KeyPurpose.Guek, 1), 1, 1, TestContext.Current.CancellationToken), taken, taken + 101_000);
    }

    [Fact]
    public async Task A_meter_that_tells_the_counter_it_wants_in_an_exception_is_followed_once()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), change: options => options with { Meter = MeterId.Parse("SIM0000000000003") });
        bench.Meter.Keys.Expects = 700;
        Assert.Equal(OrderState.Done, (await ReadAsync(bench)).State);
        Assert.True(bench.Meter.Keys.Expects > 700);
        Assert.Equal(0, bench.Meter.Keys.BadTags);
    }

    [Fact]
    public async Task A_meter_that_is_never_content_with_a_counter_is_given_up()
    {
        var asked = 0;
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7), change: options => options with { Meter = MeterId.Parse("SIM0000000000003") },
            wire: meter => new MeterLink(meter, null) { Replacing = _ => new ExceptionResponse(1, 6, (uint)(1000 * ++asked)).ToOctets() });
        var step = await ReadAsync(bench);
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("expects another invocation counter (2000)", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task An_answer_heard_before_a_restart_is_not_believed_after_it()
    {
        var counters = new MemoryCounters();
        var said = new List<byte[]>();
        DlmsMeter meter;
        await using (var first = new DriverBench(new DlmsMeterPlan(3, 7), counters: counters, wire: one => new MeterLink(one, null) { Replacing = answer => Keep(said, answer) }))
        {
            meter = first.Meter;
            Assert.Equal(OrderState.Done, (await ReadAsync(first)).State);
        }

        var old = new Queue<byte[]>(said.Where(answer => answer[0] == 0x61 && answer.Length > 60));
        await using var second = new DriverBench(
            new DlmsMeterPlan(3, 7), counters: counters, meter: meter, wire: one => new MeterLink(one, null) { Replacing = answer => answer[0] == 0x61 && answer.Length > 60 ? old.Dequeue() : answer });
        Assert.Contains("was used before: a replay", (await ReadAsync(second)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_not_tried_until_the_meter_locks_itself()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, Faults: MeterFault.LocksAfterThreeBadTags));
        bench.Keys.Wrong = new byte[16];
        for (var order = 0; order < 5; order++)
        {
            Assert.Contains("wrong", (await ReadAsync(bench)).Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(2, bench.Meter.Keys.BadTags);
        Assert.Contains("wrong key or locked. It is not tried again", (await ReadAsync(bench)).Sentence, StringComparison.Ordinal);
        (bench.Keys.Wrong, bench.Keys.Version) = (null, 2);
        Assert.Equal(OrderState.Done, (await ReadAsync(bench)).State);
    }

    [Fact]
    public async Task Half_of_the_counters_used_is_a_warning_and_all_of_them_the_end()
    {
        var counters = new MemoryCounters();
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), counters: counters, change: options => options with { Meter = MeterId.Parse("SIM0000000000003") });
        var name = new KeyName("SIM0000000000003", KeyPurpose.Guek, 1);
        await counters.ReserveAsync(name, 1, 0x8000_0000, TestContext.Current.CancellationToken);
        Assert.Equal(OrderState.Done, (await ReadAsync(bench)).State);
        Assert.Contains(bench.Events.OfType<DriverEvent.LinkChanged>(), one => one.Facts is { } facts && facts["key"].Contains("change it", StringComparison.Ordinal));
        await bench.LetGoAsync();
        await counters.ReserveAsync(name, 1, uint.MaxValue - 40, TestContext.Current.CancellationToken);
        var step = await ReadAsync(bench);
        Assert.Contains("are used up: nothing is sent under it any more", step.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MeterFault.None, 2)]
    [InlineData(MeterFault.OneCounterForAll, 3)]
    public async Task Meters_with_one_counter_for_all_clients_and_with_one_for_each_are_both_read(MeterFault fault, int client)
    {
        client = Math.Min(client, 2);
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, Faults: fault), change: options => options with
        {
            Association = options.Association with { Client = client }, CounterObject = new Obis(0, 0, 43, 1, 2, 255),
        });
        bench.Meter.Keys[1, false] = 4000;
        Assert.Equal(OrderState.Done, (await ReadAsync(bench)).State);
        Assert.Equal(fault == MeterFault.OneCounterForAll, bench.Meter.ReadingKeys[2, false] > 4000);
        Assert.Equal(0, bench.Meter.Keys.Repeated + bench.Meter.ReadingKeys.Repeated);
    }

    /// <summary>Nobody tells which object it is: a meter that numbers them by client, and one that has a single one.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public async Task Where_the_counter_stands_is_found_out(int client)
    {
        var said = new List<byte[]>();
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7), profile: "plain", change: options => options with { Association = options.Association with { Client = client } }, wire: one => new MeterLink(one, null) { Replacing = answer => Keep(said, answer) });
        (bench.Meter.Keys[1, false], bench.Meter.ReadingKeys[2, false]) = (client == 1 ? 4000u : 1, client == 2 ? 4000u : 1);
        var step = await ReadAsync(bench);
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.DoesNotContain(said, answer => answer[0] == 0xD8); // it was asked before, and not learned from an exception
        Assert.InRange(client == 1 ? bench.Meter.Keys[1, false] : bench.Meter.ReadingKeys[2, false], 4001u, 4100u);
    }

    [Fact]
    public async Task The_object_of_the_setting_goes_before_that_of_the_profile()
    {
        var said = new List<byte[]>();
        await using var bench = new DriverBench(
            new DlmsMeterPlan(3, 7), kind: text => text.Replace("counter 0-0:43.1.0*255", "counter 0-0:43.1.2*255", StringComparison.Ordinal), change: options => options with { CounterObject = new Obis(0, 0, 43, 1, 0, 255) },
            wire: one => new MeterLink(one, null) { Replacing = answer => Keep(said, answer) });
        (bench.Meter.Keys[1, false], bench.Meter.ReadingKeys[2, false]) = (4000, 300_000);
        Assert.Equal(OrderState.Done, (await ReadAsync(bench)).State);
        Assert.DoesNotContain(said, answer => answer[0] == 0xD8);
        Assert.InRange(bench.Meter.Keys[1, false], 4001u, 4100u);
    }

    private static byte[] Keep(List<byte[]> said, byte[] answer)
    {
        said.Add(answer);
        return answer;
    }

    private static async Task<OrderStep> ReadAsync(DriverBench bench)
    {
        Assert.True(await bench.ListeningAsync());
        return await bench.ReadAsync(ReadOrder.Registers);
    }
}
