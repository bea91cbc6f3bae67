using Metering.Driver;
using Simulation.Dlms.Push;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>Meters that push: over TCP, by datagrams, on a customer interface.</summary>
public class PushListenerTests
{
    [Fact]
    public async Task A_notification_is_confirmed_when_it_is_in_the_ledger_and_not_before()
    {
        await using var bench = new PushBench();
        var link = bench.Call();
        await link.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Report(0x2000).Octets));
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 1));
        var pushed = bench.Pushed[0];
        Assert.Equal(bench.Meter.Name, pushed.Meter.Text);
        Assert.Equal("0-0:97.98.0*255", pushed.Events.Single().Log.ToString());
        Assert.True(pushed.Security is { Encrypted: true, Authenticated: true, Counter: 1, Mode: 16 });
        await Patience.UntilAsync(() => true);
        Assert.Null(PushBench.TakeAnswer(link));
        pushed.Receipt!.Settle(kept: true);
        Assert.True(bench.Meter.IsConfirmation(await PushBench.AnswerAsync(link)));
        Assert.Equal(0, bench.Meter.Keys.Repeated);
    }

    [Fact]
    public async Task An_alarm_that_is_told_as_event_notification_is_an_event_of_its_own_time_and_gets_no_answer()
    {
        await using var bench = new PushBench();
        var link = bench.Call();
        var at = bench.Clock.GetUtcNow().UtcDateTime;
        await link.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Event(0x2000).Octets));
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 1));
        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await link.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Event(0x6000).Octets)); // the first one still stands
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 2));
        Assert.Equal(
            [(bench.Meter.TitleName, "0-0:97.98.0*255", 13, at), (bench.Meter.TitleName, "0-0:97.98.0*255", 14, at.AddSeconds(5))],
            bench.Pushed.Select(pushed => (pushed.Meter.Text, pushed.Events.Single().Log.ToString(), pushed.Events.Single().Number, pushed.Events.Single().OccurredAt.ToUtc()!.Value)));
        Assert.All(bench.Pushed, pushed => pushed.Receipt?.Settle(kept: true));
        await link.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Report(0).Octets));
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 3));
        bench.Pushed[2].Receipt!.Settle(kept: true);
        Assert.True(bench.Meter.IsConfirmation(await PushBench.AnswerAsync(link))); // the first answer there is
    }

    [Fact]
    public async Task What_was_not_kept_is_never_confirmed()
    {
        await using var bench = new PushBench();
        var link = bench.Call();
        await link.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Report(0).Octets));
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 1));
        bench.Pushed[0].Receipt!.Settle(kept: false);
        await link.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Report(0).Octets)); // the next one shows that the first has had its time
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 2));
        Assert.Null(PushBench.TakeAnswer(link));
        bench.Pushed[1].Receipt!.Settle(kept: true);
        Assert.True(bench.Meter.IsConfirmation(await PushBench.AnswerAsync(link)));
    }

    [Fact]
    public async Task The_same_push_again_is_no_new_one_and_is_confirmed_again_whenever_it_comes()
    {
        await using var bench = new PushBench();
        var octets = PushBench.Wrapped(bench.Meter.Report(0).Octets);
        var link = bench.Call();
        await link.Modem.WriteAsync(octets);
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 1));
        bench.Pushed[0].Receipt!.Settle(kept: true);
        Assert.True(bench.Meter.IsConfirmation(await PushBench.AnswerAsync(link)));
        foreach (var later in new[] { TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(10) }) // our answer was lost: the meter asks again, soon or late
        {
            bench.Clock.Advance(later);
            await link.Modem.WriteAsync(octets);
            Assert.True(bench.Meter.IsConfirmation(await PushBench.AnswerAsync(link)));
        }

        Assert.Single(bench.Pushed);
        Assert.Empty(bench.Events.OfType<DriverEvent.Rejected>());
    }

    [Fact]
    public async Task An_old_push_is_refused_as_a_replay_and_not_confirmed()
    {
        await using var bench = new PushBench();
        var (old, link) = (PushBench.Wrapped(bench.Meter.Report(0).Octets), bench.Call());
        await link.Modem.WriteAsync(old);
        await link.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Report(1).Octets));
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 2));
        await link.Modem.WriteAsync(old);
        Assert.True(await Patience.UntilAsync(() => bench.Events.OfType<DriverEvent.Rejected>().Any()));
        Assert.Equal(FaultKind.Replayed, bench.Events.OfType<DriverEvent.Rejected>().Single().Fault.Kind);
        Assert.Null(PushBench.TakeAnswer(link));
    }

    [Fact]
    public async Task Without_a_key_it_is_kept_by_its_system_title_and_says_which_key_is_missing()
    {
        await using var bench = new PushBench(hasKeys: false);
        await bench.Call().Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Report(0).Octets));
        Assert.True(await Patience.UntilAsync(() => bench.Events.OfType<DriverEvent.Rejected>().Any()));
        var rejected = bench.Events.OfType<DriverEvent.Rejected>().Single();
        Assert.Equal((bench.Meter.TitleName, FaultKind.NoKey), (rejected.Meter.Text, rejected.Fault.Kind));
        Assert.Contains(bench.Meter.TitleName, rejected.Fault.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_is_hung_up_on_one_too_many_is_turned_away_and_the_others_go_on()
    {
        await using var bench = new PushBench();
        var (first, stranger) = (bench.Call(), bench.Call("stranger"));
        await stranger.Modem.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.True(await Patience.UntilAsync(() => IsClosed(stranger)));
        var (second, third) = (bench.Call(), bench.Call("one too many"));
        Assert.True(await Patience.UntilAsync(() => IsClosed(third)));
        await second.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Report(0).Octets));
        await first.Modem.WriteAsync(PushBench.Wrapped(bench.Meter.Listed().Octets));
        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 2));
        Assert.All(bench.Pushed, pushed => Assert.Equal(bench.Meter.Name, pushed.Meter.Text));
    }

    [Fact]
    public async Task Datagrams_may_be_lost_doubled_and_out_of_order()
    {
        var door = new MemoryDatagrams();
        await using var bench = new PushBench(datagrams: door);
        var pushes = Enumerable.Range(0, 6).Select(_ => PushBench.Wrapped(bench.Meter.Listed().Octets)).ToArray();
        foreach (var at in new[] { 1, 0, 0, 3, 2, 5, 5 }) // 4 is lost
        {
            door.Send(pushes[at], "192.0.2.7:40000");
        }

        Assert.True(await Patience.UntilAsync(() => bench.Pushed.Count == 5));
        Assert.All(bench.Pushed, pushed => pushed.Receipt!.Settle(kept: true));
        Assert.True(await Patience.UntilAsync(() => door.Answers.Count == 7)); // the doubles too: who sends twice has not heard us
        Assert.All(door.Answers, answer => Assert.Equal((0x10, "192.0.2.7:40000"), (answer.Octets[8], answer.To)));
        Assert.Equal(["1-0:1.8.0*255 30", "1-0:1.8.0*255 30"], bench.Pushed.Take(2).Select(pushed => pushed.Block![0, 1].Column).Select(column => $"{column.Obis} {column.Unit.CosemCode}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task The_framing_of_a_line_is_found_out_in_any_chunks_and_once_more_when_another_meter_is_plugged_in(int chunk)
    {
        var line = new PipeLink();
        await using var bench = new PushBench(line);
        var p1 = new P1Meter(9003, 1, () => bench.Clock.GetUtcNow().UtcDateTime);
        await SendAsync(line, [0xFF, 0x00, .. UnaskedHdlc.Frames(bench.Meter.HanList().Octets)], chunk);
        Assert.True(await Patience.UntilAsync(() => line.IsQuiet));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Pushed.Count == 1, TimeSpan.FromMilliseconds(100)));
        Assert.Equal(bench.Meter.TitleName, bench.Pushed[0].Meter.Text);
        Assert.True(bench.Pushed[0].Repeats);
        for (var telegrams = 0; telegrams < 80 && bench.Pushed.Count < 3; telegrams++)
        {
            bench.Clock.Advance(TimeSpan.FromSeconds(1));
            await SendAsync(line, p1.Telegram().Octets, 1000);
            Assert.True(await Patience.UntilAsync(() => line.IsQuiet)); // time goes on when it is read: silence in the middle would end it
            var turns = 0;
            await bench.Clock.AdvanceUntilAsync(() => turns++ > 2, TimeSpan.FromMilliseconds(300));
        }

        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.Pushed.Count >= 3, TimeSpan.FromMilliseconds(300))); // on a busy machine they wait in the pipe
        Assert.Equal([p1.Name, p1.GasName], bench.Pushed.Skip(1).Take(2).Select(pushed => pushed.Meter.Text));
        Assert.Equal("power was back after 240 s", bench.Pushed[1].Events.Single().Text);
    }

    private static async Task SendAsync(PipeLink line, byte[] octets, int chunk)
    {
        foreach (var piece in octets.Chunk(chunk))
        {
            await line.Modem.WriteAsync(piece);
        }
    }

    private static bool IsClosed(PipeLink link) => link.FromDriver.TryRead(out var read) && read.IsCompleted;
}
