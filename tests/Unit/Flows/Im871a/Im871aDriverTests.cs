using System.Buffers;
using System.Collections.Concurrent;
using Drivers.Im871a;
using Metering.Driver;
using Microsoft.Extensions.Time.Testing;
using Protocols.Im871a;
using Substation;

namespace Unit.Flows.Im871a;

public sealed class Im871aDriverTests
{
    private static readonly byte[] Indication = Convert.FromHexString(
        "A5C2032E4493157856341233037A2A0020255923C95AAA26D1B2E7493B013EC4A6F6D3529B520EDFF0EA6DEFC99D6D69EBF3853D10");

    private readonly FakeTimeProvider _clock = new();
    private readonly PipeLink _link = new();
    private readonly ConcurrentQueue<DriverEvent> _events = new();
    private readonly CancellationTokenSource _stop = new();

    [Requirement("I-M")]
    [Fact]
    public async Task It_asks_who_is_there_sets_the_mode_and_hears()
    {
        var running = Run();
        await Expect("A5010F00");
        await Say("A5811008330014010102030400");
        await Expect("A50103060002 0A 300100");
        await Say("A581040100");
        await _link.Modem.WriteAsync(Indication);
        await Until(() => Telegrams == 1);
        Assert.Contains(_events, e => e is DriverEvent.LinkChanged { State: LinkState.Listening });
        await End(running);
    }

    [Fact]
    public async Task A_telegram_between_request_and_answer_is_delivered()
    {
        var running = Run();
        await Expect("A5010F00");
        await _link.Modem.WriteAsync(Indication);
        await Say("A5811008330014010102030400");
        await Expect("A50103060002 0A 300100");
        await _link.Modem.WriteAsync(Indication);
        await Say("A581040100");
        await Until(() => Telegrams == 2);
        await End(running);
    }

    [Fact]
    public async Task A_quiet_stick_is_pinged_and_a_telegram_in_the_middle_of_the_ping_is_delivered()
    {
        var running = await Listening();
        await AdvanceUntilSent(TimeSpan.FromSeconds(10), "A5010100");
        await _link.Modem.WriteAsync(Indication);
        await Say("A5810200");
        await Until(() => Telegrams == 1);
        Assert.DoesNotContain(_events, e => e is DriverEvent.LinkChanged { State: LinkState.Lost or LinkState.Stalled });
        await End(running);
    }

    [Fact]
    public async Task A_stick_that_answers_nothing_is_pinged_configured_again_and_given_up()
    {
        var running = await Listening();
        await AdvanceUntilSent(TimeSpan.FromSeconds(10), "A5010100");
        await AdvanceUntilSent(TimeSpan.FromMilliseconds(100), "A5010100");
        await AdvanceUntilSent(TimeSpan.FromMilliseconds(100), "A5010100");
        await AdvanceUntilSent(TimeSpan.FromMilliseconds(100), "A501030600020A300100");
        await _link.Modem.WriteAsync(Indication);
        await Until(() => Telegrams == 1);
        Assert.True(await _clock.AdvanceUntilAsync(() => running.IsCompleted, TimeSpan.FromMilliseconds(100)));

        await running;
        Assert.Contains(_events, e => e is DriverEvent.LinkChanged { State: LinkState.Stalled });
        Assert.Contains("opening it again", ((DriverEvent.LinkChanged)_events.Last()).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_at_all_says_that_it_is_no_such_stick()
    {
        var running = Run();
        Assert.True(await _clock.AdvanceUntilAsync(() => running.IsCompleted, TimeSpan.FromMilliseconds(100)));

        await running;
        Assert.Contains("not an iM871A, or another program has it", ((DriverEvent.LinkChanged)_events.Last()).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A5811008340014010102030400", "not an iM871A or iM170A")]
    [InlineData("A5811008330013010102030400", "does not listen to C1 and T1 at once")]
    public async Task A_stick_that_cannot_do_it_is_refused_with_what_to_do(string answer, string sentence)
    {
        var running = Run();
        await Expect("A5010F00");
        await Say(answer);
        await running;
        Assert.Contains(sentence, ((DriverEvent.LinkChanged)_events.Last()).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_disappears_ends_the_run_with_its_name()
    {
        var running = await Listening();
        await _link.Modem.CompleteAsync(new IOException("/dev/fake is gone: the far end closed"));
        var gone = await Assert.ThrowsAsync<IOException>(() => running);
        Assert.Contains("/dev/fake", gone.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_between_frames_is_skipped_and_counted()
    {
        var running = await Listening();
        byte[] garbage = [0x00, 0xA5, 0xFF, 0x13, 0x37];
        await _link.Modem.WriteAsync((byte[])[.. garbage, .. Indication, .. garbage, .. Indication]);
        await Until(() => Telegrams == 2);
        await End(running);
    }

    private int Telegrams => _events.Count(e => e is DriverEvent.MeterHeard);

    private async Task Run()
    {
        var driver = new Im871aDriver(
            new Im871aOptions("radio0", "/dev/fake", Im871aLinkMode.C1T1), _ => new(_link),
            (octets, link, at) => new DriverEvent.MeterHeard(default, new RawFrame(octets, link, at, 0), "test"), new FakeTime(_clock), _clock);
        try
        {
            await foreach (var driverEvent in driver.RunAsync(_stop.Token))
            {
                _events.Enqueue(driverEvent);
            }
        }
        catch (OperationCanceledException)
        {
            // The test ended it.
        }
    }

    private async Task<Task> Listening()
    {
        var running = Run();
        await Expect("A5010F00");
        await Say("A5811008330014010102030400");
        await Expect("A501030600020A300100");
        await Say("A581040100");
        await Until(() => _events.Any(e => e is DriverEvent.LinkChanged { State: LinkState.Listening }));
        return running;
    }

    /// <summary>The stick says it, with its FCS.</summary>
    private async Task Say(string hex)
    {
        var octets = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        octets = octets[..(4 + octets[3])]; // what follows LEN octets in the literals is filler
        octets[1] |= 0x80;
        var checksum = Im871aChecksum.Compute(octets.AsSpan(1));
        await _link.Modem.WriteAsync((byte[])[.. octets, (byte)checksum, (byte)(checksum >> 8)]);
    }

    private async Task Expect(string hex)
    {
        var wanted = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var read = await _link.FromDriver.ReadAtLeastAsync(wanted.Length).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(Convert.ToHexString(wanted), Convert.ToHexString(read.Buffer.Slice(0, wanted.Length).ToArray()));
        _link.FromDriver.AdvanceTo(read.Buffer.GetPosition(wanted.Length)); // what was asked again meanwhile is for the next to expect
    }

    private async Task AdvanceUntilSent(TimeSpan step, string hex)
    {
        var sent = Expect(hex);
        await _clock.AdvanceUntilAsync(() => sent.IsCompleted, step);
        await sent;
    }

    private async Task End(Task running)
    {
        await _stop.CancelAsync();
        await running;
    }

    private static async Task Until(Func<bool> condition) => Assert.True(await Patience.UntilAsync(condition));
}
