using Drivers.Dlms;
using Metering;
using Metering.Driver;
using Metering.Orders;
using Simulation.Dlms;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>A wrong key is not tried until the meter locks itself, however often the box is started anew.</summary>
public class KeySparingTests
{
    private static readonly DlmsMeterPlan Locking = new(3, 7, Faults: MeterFault.LocksAfterThreeBadTags);
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 10, 7, 30, TimeSpan.Zero);
    private readonly FreshMemory _memory = new();
    private readonly MemoryCounters _counters = new();
    private DlmsMeter? _meter;
    private MissReason _why;

    [Fact]
    public async Task A_restart_gives_a_wrong_key_no_further_try()
    {
        for (var life = 0; life < 4; life++)
        {
            var sentence = await LiveAsync(wrong: true);
            Assert.Contains(life < 2 ? "wrong" : "the key of client 1 of SIM0000000000003 was refused 2 times", sentence, StringComparison.Ordinal);
        }

        Assert.Equal(2, _meter!.Keys.BadTags);
        Assert.Null(await LiveAsync(wrong: false)); // another key is no wrong one
        Assert.Contains("wrong", await LiveAsync(wrong: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_kill_leaves_of_a_try_counts_as_one()
    {
        for (var life = 0; life < 4; life++)
        {
            await LiveAsync(wrong: true, memory: new KilledMemory(_memory, saves: 1)); // killed before it could note what the meter said
        }

        Assert.Equal(2, _meter!.Keys.BadTags);
    }

    [Fact]
    public async Task A_key_that_has_served_is_not_doubted_because_kills_cut_its_tries_short()
    {
        Assert.Null(await LiveAsync(wrong: false));
        for (var life = 0; life < 8; life++)
        {
            Assert.Null(await LiveAsync(wrong: false, memory: new KilledMemory(_memory, saves: 1))); // killed before it could note that the key served again
        }

        Assert.Contains("wrong", await LiveAsync(wrong: true), StringComparison.Ordinal); // another key has not served
    }

    [Fact]
    public async Task A_key_that_has_served_and_is_refused_then_has_no_more_tries_than_another()
    {
        Assert.Null(await LiveAsync(wrong: false));
        var own = _meter!.Keys.Guek;
        _meter.Keys.Guek = new byte[16];
        Assert.Null(await LiveAsync(wrong: true)); // what is called wrong is its key now
        _meter.Keys.Guek = own; // somebody gave it another
        for (var life = 0; life < 4; life++)
        {
            await LiveAsync(wrong: true);
        }

        Assert.Equal(2, _meter!.Keys.BadTags);
    }

    [Fact]
    public async Task A_box_that_ends_whenever_it_tries_a_key_lets_it_alone_after_a_while()
    {
        Assert.Null(await LiveAsync(wrong: false));
        for (var life = 0; life < 10; life++)
        {
            await LiveAsync(wrong: false, memory: new KilledMemory(_memory, saves: 1));
        }

        Assert.Contains("was tried 10 times, and the box ended before the meter answered. It is not tried again for 1 h", await LiveAsync(wrong: false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rest_of_a_day_is_counted_across_restarts_by_a_clock_that_somebody_stands_behind()
    {
        await LiveAsync(wrong: true);
        await LiveAsync(wrong: true);
        Assert.Contains("2 times", await LiveAsync(wrong: true, start: Start.AddHours(23)), StringComparison.Ordinal);
        Assert.Contains("2 times", await LiveAsync(wrong: true, start: Start.AddYears(10), time: TimeQuality.Rtc), StringComparison.Ordinal);
        Assert.Equal(2, _meter!.Keys.BadTags);
        _meter.Keys.BadTags = 0; // a day later meters have forgotten
        Assert.DoesNotContain("times", await LiveAsync(wrong: true, start: Start.AddHours(25)), StringComparison.Ordinal);
        Assert.Equal(1, _meter.Keys.BadTags);
    }

    [Fact]
    public async Task A_right_key_that_never_served_rests_an_hour_after_tries_that_kills_cut_short()
    {
        await LiveAsync(wrong: false, memory: new KilledMemory(_memory, saves: 1));
        await LiveAsync(wrong: false, memory: new KilledMemory(_memory, saves: 1));
        Assert.Contains("was tried 2 times", await LiveAsync(wrong: false, start: Start.AddMinutes(59)), StringComparison.Ordinal);
        Assert.Equal(MissReason.NotYet, _why); // what waits for the meter waits on
        Assert.Null(await LiveAsync(wrong: false, start: Start.AddMinutes(61)));
    }

    [Fact]
    public async Task A_refusal_that_was_heard_after_tries_that_kills_cut_short_makes_it_a_day()
    {
        await LiveAsync(wrong: true, memory: new KilledMemory(_memory, saves: 1));
        Assert.Contains("wrong", await LiveAsync(wrong: true), StringComparison.Ordinal);
        Assert.Contains("was refused 2 times", await LiveAsync(wrong: true, start: Start.AddMinutes(61)), StringComparison.Ordinal);
        Assert.Equal(MissReason.WrongKey, _why);
        await LiveAsync(wrong: true, start: Start.AddHours(25), memory: new KilledMemory(_memory, saves: 1)); // cut short again: the refusal before it counts
        Assert.Contains("not tried again for 24 h", await LiveAsync(wrong: true, start: Start.AddHours(27)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_older_version_kept_of_tries_rests_a_day()
    {
        await LiveAsync(wrong: true, memory: new KilledMemory(_memory, saves: 1));
        await LiveAsync(wrong: true, memory: new KilledMemory(_memory, saves: 1));
        var name = _memory.Names.Single(one => one.StartsWith("tries/", StringComparison.Ordinal));
        await _memory.SaveAsync("feeder", name, _memory.Load("feeder", name)[..12], CancellationToken.None);
        Assert.Contains("was refused 2 times", await LiveAsync(wrong: true, start: Start.AddHours(23)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_meter_that_does_not_answer_refused_no_key()
    {
        await LiveAsync(wrong: true);
        for (var life = 0; life < 3; life++)
        {
            var sentence = await LiveAsync(wrong: true, silent: true, change: options => options with { Meter = MeterId.Parse("SIM0000000000003") }); // it is not asked who it is: the AARQ is the first that goes out
            Assert.Contains("did not answer", sentence, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("times", await LiveAsync(wrong: true), StringComparison.Ordinal);
        Assert.Equal(2, _meter!.Keys.BadTags);
    }

    [Fact]
    public async Task A_key_of_a_pre_established_association_is_doubted_with_its_first_question()
    {
        for (var life = 0; life < 4; life++)
        {
            var sentence = await LiveAsync(wrong: true, change: options => options with
            {
                Association = options.Association with { Client = 103, Mechanism = 0, IsPreEstablished = true, IsGeneral = true }, MeterTitle = _meter?.Keys.Title ?? Convert.FromHexString("53494D0000000003"),
            });
            Assert.Contains(life < 2 ? "could not decipher" : "the key of client 103 of SIM0000000000003 was refused 2 times", sentence, StringComparison.Ordinal);
        }

        Assert.Equal(2, _meter!.Keys.BadTags);
    }

    /// <summary>One life of the service: a driver that reads once. Gives what is wrong; null where nothing is.</summary>
    private async Task<string?> LiveAsync(bool wrong, DateTimeOffset? start = null, TimeQuality time = TimeQuality.Synchronised, IDriverMemory? memory = null, bool silent = false,
        Func<DlmsOptions, DlmsOptions>? change = null)
    {
        await using var bench = new DriverBench(Locking, start: start ?? Start, counters: _counters, meter: _meter, time: time, kept: memory ?? _memory, change: change);
        _meter = bench.Meter;
        bench.Keys.Wrong = wrong ? new byte[16] : null;
        Assert.True(await bench.ListeningAsync());
        if (silent)
        {
            bench.Wire!.IsSilent = true;
        }

        var step = await bench.ReadAsync(ReadOrder.Registers);
        _why = step.Why;
        return step.State == OrderState.Done ? null : step.Sentence;
    }

    /// <summary>A memory whose service is killed after so many values of tries.</summary>
    private sealed class KilledMemory(IDriverMemory inner, int saves) : IDriverMemory
    {
        private int _left = saves;

        public ReadOnlyMemory<byte> Load(string driver, string name) => inner.Load(driver, name);

        public ValueTask SaveAsync(string driver, string name, ReadOnlyMemory<byte> octets, CancellationToken stop) =>
            name.StartsWith("tries/", StringComparison.Ordinal) && _left-- <= 0 ? ValueTask.CompletedTask : inner.SaveAsync(driver, name, octets, stop);
    }
}
