using Drivers.Usi;
using Metering.Driver;
using Microsoft.Extensions.Time.Testing;
using Protocols.Usi;
using Substation;

namespace Unit.Flows.Usi;

/// <summary>The line to a modem, with a modem that is a few lines of the test.</summary>
public sealed class UsiPortTests : IAsyncDisposable
{
    private static readonly UsiFrame Probe = new(UsiProtocol.Prime, new byte[] { 0x2D, 0x00, 0x75 }), Reset = new(UsiProtocol.Prime, new byte[] { 0x2B });
    private static readonly byte[] ProbeAnswer = [0x2E, 0, 0, 0x75, 1, 0x31];

    private readonly FakeTimeProvider _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<UsiChange> _changes = [];
    private readonly List<byte[]> _heard = [], _asked = [];
    private readonly List<DateTimeOffset> _askedAt = [];
    private readonly List<PipeLink> _links = [];
    private readonly UsiPort _port;
    private int _answers, _worked;
    private Func<byte[], IEnumerable<byte[]>> _modem = payload => payload[0] == 0x2D ? [ProbeAnswer] : [];
    private Task _running = Task.CompletedTask;

    public UsiPortTests() => _port = new UsiPort(
        new UsiPortOptions("/dev/fake", "a PRIME base node", Probe, frame => frame.Payload.Span.StartsWith(ProbeAnswer.AsSpan(0, 4)), Reset), _ => new(Open()),
        frame => _heard.Add(frame.Payload.ToArray()), change => _changes.Add(change), _clock);

    [Fact]
    public async Task A_modem_that_answers_the_probe_has_started()
    {
        await StartAsync();
        Assert.Equal([UsiStep.Opening, UsiStep.Started], _changes.Select(change => change.Step));
        Assert.Equal(LinkState.Configuring, _changes[^1].State);
    }

    [Fact]
    public async Task A_modem_that_still_boots_is_probed_again()
    {
        var deaf = 5;
        _modem = _ => deaf-- > 0 ? [] : [ProbeAnswer];
        await StartAsync();
        Assert.Equal(6, _asked.Count);
    }

    [Fact]
    public async Task Nobody_there_ends_with_what_to_look_at()
    {
        _modem = _ => [];
        _running = _port.RunAsync(_stop.Token);
        Assert.True(await _clock.AdvanceUntilAsync(() => _running.IsCompleted, TimeSpan.FromMilliseconds(200)));
        var gone = await Assert.ThrowsAsync<IOException>(() => _running);
        Assert.Contains("no answer from /dev/fake: is it a PRIME base node", gone.Message, StringComparison.Ordinal);
        Assert.InRange(_asked.Count, 15, 25);
    }

    [Fact]
    public async Task An_answer_goes_to_who_asked_and_the_rest_to_the_driver()
    {
        _modem = payload => payload[0] == 0x2D ? [[0x3B, 1, 0x23], [0x2E, 0, .. payload[1..], 1, 0x55]] : [];
        await StartAsync();
        var first = Ask(0x0023);
        var second = Ask(0x8101);
        Assert.Equal([0x2E, 0, 0, 0x23, 1, 0x55], (await first).Payload.ToArray());
        Assert.Equal([0x2E, 0, 0x81, 0x01, 1, 0x55], (await second).Payload.ToArray());
        Assert.InRange(_heard.Count(payload => payload[0] == 0x3B), 3, 5); // on a busy machine a probe is asked again
        Assert.DoesNotContain(_heard, payload => payload[0] == 0x2E);
    }

    [Fact]
    public async Task What_is_asked_alone_waits_until_the_one_before_was_answered()
    {
        await StartAsync();
        _modem = _ => [];
        var first = Ask(1).AsTask();
        var second = Ask(2).AsTask();
        Assert.True(await Patience.UntilAsync(() => _asked.Count == 2));
        await Patience.SettledAsync();
        Assert.Equal(2, _asked.Count);
        Say([0x2E, 0, 0, 1, 1, 7]);
        await first;
        Assert.True(await Patience.UntilAsync(() => _asked.Count == 3));
        Say([0x2E, 0, 0, 2, 1, 7]);
        await second;
    }

    [Fact]
    public async Task An_answer_that_never_comes_is_given_up_and_the_next_has_its_turn()
    {
        await StartAsync();
        _modem = payload => payload[2] == 2 ? [[0x2E, 0, 0, 2, 1, 7]] : [];
        var first = Ask(1).AsTask();
        var second = Ask(2).AsTask();
        Assert.True(await _clock.AdvanceUntilAsync(() => first.IsCompleted, TimeSpan.FromMilliseconds(200)));
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await second;
        var facts = new Dictionary<string, string>();
        _port.Counters.AddTo(facts);
        Assert.Equal(("1", "3"), (facts["timeouts"], facts["framesOut"]));
    }

    [Fact]
    public async Task An_answer_in_parts_has_its_time_anew_with_each_part()
    {
        await StartAsync();
        var parts = 0;
        var asking = _port.AskAsync(new UsiFrame(UsiProtocol.Prime, new byte[] { 0x2F, 0, 0x50 }), frame => frame.Payload.Span[0] != 0x30 ? UsiTaken.Not : ++parts < 3 ? UsiTaken.Part : UsiTaken.Whole,
            TimeSpan.FromSeconds(1), alone: true, _stop.Token).AsTask();
        for (var part = 1; part <= 3; part++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(700));
            Say([0x30, 0, 0, 0x50]);
            Assert.True(await Patience.UntilAsync(() => parts == part));
        }

        await asking;
    }

    [Fact]
    public async Task What_ends_the_waiting_may_be_the_drivers_all_the_same()
    {
        await StartAsync();
        _modem = _ => [[0x38, 9]];
        await _port.AskAsync(new UsiFrame(UsiProtocol.Prime, new byte[] { 0x37 }), frame => frame.Payload.Span[0] == 0x38 ? UsiTaken.Seen : UsiTaken.Not, TimeSpan.FromSeconds(1), alone: true, _stop.Token);
        Assert.True(await Patience.UntilAsync(() => _heard.Exists(payload => payload is [0x38, 9])));
        Assert.Single(_heard, payload => payload[0] == 0x38);
    }

    [Fact]
    public async Task What_is_abandoned_fails_at_once_and_the_line_goes_on()
    {
        await StartAsync();
        _modem = payload => payload[2] == 1 ? [] : [[0x2E, 0, 0, 2, 1, 7]];
        var first = Ask(1).AsTask();
        Assert.True(await Patience.UntilAsync(() => _asked.Count == 2));
        _port.Abandon("the modem restarted");
        Assert.Equal("the modem restarted", (await Assert.ThrowsAsync<IOException>(() => first)).Message);
        await Ask(2);
    }

    [Fact]
    public async Task What_does_not_fit_the_modem_is_not_sent()
    {
        await StartAsync();
        await _port.SendAsync(new UsiFrame(UsiProtocol.Prime, new byte[1021]), _stop.Token);
        var refused = await Assert.ThrowsAsync<IOException>(() => _port.SendAsync(new UsiFrame(UsiProtocol.Prime, new byte[1022]), _stop.Token).AsTask());
        Assert.Contains("1022 octets of payload does not fit", refused.Message, StringComparison.Ordinal);
        Assert.True(await Patience.UntilAsync(() => _asked.Count == 2));
    }

    [Fact]
    public async Task A_quiet_modem_is_asked_once_a_minute_and_nothing_is_said_of_it()
    {
        await StartAsync();
        var began = _clock.GetUtcNow();
        for (var minute = 1; minute <= 3; minute++)
        {
            Assert.True(await _clock.AdvanceUntilAsync(() => _asked.Count > minute, TimeSpan.FromMilliseconds(500)));
            Assert.True(await Patience.UntilAsync(() => FramesIn > minute));
        }

        Assert.InRange(_clock.GetUtcNow() - began, TimeSpan.FromSeconds(180), TimeSpan.FromSeconds(200));
        Assert.Equal(2, _changes.Count);
    }

    [Fact]
    public async Task A_modem_that_hangs_is_probed_reset_and_found_again()
    {
        await StartAsync();
        var hangs = true;
        _modem = payload => (payload[0], hangs) switch { (0x2B, _) => Awake(), (0x2D, false) => [ProbeAnswer], _ => [] };
        var stuck = _port.AskAsync(new UsiFrame(UsiProtocol.Prime, new byte[] { 0x37 }), _ => false, TimeSpan.FromHours(1), alone: true, _stop.Token).AsTask();
        Assert.True(await _clock.AdvanceUntilAsync(() => _changes[^1].Step == UsiStep.Started && _changes.Count > 2, TimeSpan.FromMilliseconds(500)));
        Assert.Equal([UsiStep.Opening, UsiStep.Started, UsiStep.Probing, UsiStep.Resetting, UsiStep.Started], _changes.Select(change => change.Step));
        Assert.Contains("is reset", (await Assert.ThrowsAsync<IOException>(() => stuck)).Message, StringComparison.Ordinal);
        Assert.Contains("nothing heard from /dev/fake for 60 s", _changes[2].Sentence, StringComparison.Ordinal);

        IEnumerable<byte[]> Awake()
        {
            hangs = false;
            return [];
        }
    }

    [Fact]
    public async Task A_modem_that_no_reset_wakes_has_its_port_opened_again_and_is_then_given_up()
    {
        await StartAsync();
        _modem = _ => [];
        Assert.True(await _clock.AdvanceUntilAsync(() => _running.IsCompleted, TimeSpan.FromMilliseconds(500)));
        Assert.Equal([UsiStep.Opening, UsiStep.Started, UsiStep.Probing, UsiStep.Resetting, UsiStep.Reopening], _changes.Select(change => change.Step));
        Assert.Equal(2, _links.Count);
        Assert.Contains("neither a reset nor opening the port again helped", (await Assert.ThrowsAsync<IOException>(() => _running)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_driver_in_doubt_has_the_modem_probed_at_once()
    {
        await StartAsync();
        _port.Doubt("two requests were not confirmed");
        Assert.True(await _clock.AdvanceUntilAsync(() => _changes[^1].Step == UsiStep.Answers, TimeSpan.FromMilliseconds(20)));
        Assert.Equal("two requests were not confirmed: asking whether the modem is there", _changes[^2].Sentence);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task A_probe_out_of_turn_meets_nothing_else_in_a_queue_that_holds_one()
    {
        await StartAsync();
        _modem = payload => payload is [0x2D, 0, 0x75] ? [ProbeAnswer] : [];
        _port.Doubt("a request was not confirmed");
        await Patience.SettledAsync();
        var asking = Ask(1).AsTask();
        await Patience.SettledAsync();
        Assert.InRange(_asked.Count, 1, 2);
        Assert.True(await _clock.AdvanceUntilAsync(() => _asked.Count == 3, TimeSpan.FromMilliseconds(5)));
        Assert.True(_askedAt[2] - _askedAt[1] >= TimeSpan.FromMilliseconds(50), $"{_askedAt[2] - _askedAt[1]} between them");
        Assert.True(await _clock.AdvanceUntilAsync(() => asking.IsCompleted, TimeSpan.FromMilliseconds(100)));
        await Assert.ThrowsAsync<TimeoutException>(() => asking);
    }

    [Fact]
    public async Task A_port_that_disappears_fails_who_waits_and_ends_the_run()
    {
        await StartAsync();
        _modem = _ => [];
        var asking = Ask(1).AsTask();
        Assert.True(await Patience.UntilAsync(() => _asked.Count == 2));
        await _links[0].Modem.CompleteAsync(new IOException("/dev/fake is gone: the far end closed"));
        Assert.Contains("/dev/fake is gone", (await Assert.ThrowsAsync<IOException>(() => _running)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<IOException>(() => asking);
        await Assert.ThrowsAsync<IOException>(() => Ask(1).AsTask());
    }

    [Fact]
    public async Task Damage_between_frames_is_counted_and_costs_nothing()
    {
        await StartAsync();
        await _links[0].Modem.WriteAsync((byte[])[0x55, 0x66, .. ModemLine.Frame(0x30, 0x3B, 1, 2), 0x00, 0x7E, 0x00, 0x70, 0x2B, 0x5A, 0x7E, .. ModemLine.Frame(0x30, 0x3B, 1, 3)]);
        Assert.True(await Patience.UntilAsync(() => _heard.Count == 2));
        var facts = new Dictionary<string, string>();
        _port.Counters.AddTo(facts);
        Assert.Equal(("1", "3"), (facts["badChecksums"], facts["framesIn"]));
        Assert.InRange(long.Parse(facts["octetsSkipped"], System.Globalization.CultureInfo.InvariantCulture), 7, 11);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ContinueWith(_ => { }, TaskScheduler.Default);
        _port.Dispose();
        _stop.Dispose();
    }

    /// <summary>Time goes on only where nothing is on its way between port and modem: no probe is asked twice because the machine was busy.</summary>
    private async Task StartAsync()
    {
        _running = _port.RunAsync(_stop.Token);
        bool HasStarted() => _changes is [.., { Step: UsiStep.Started }];
        while (!HasStarted())
        {
            Assert.True(await Patience.UntilAsync(() => HasStarted() || (Count("framesOut") == _worked && FramesIn == _answers)));
            if (!HasStarted())
            {
                await Patience.SettledAsync();
                _clock.Advance(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private long FramesIn => Count("framesIn");

    private long Count(string name)
    {
        var facts = new Dictionary<string, string>();
        _port.Counters.AddTo(facts);
        return long.Parse(facts[name], System.Globalization.CultureInfo.InvariantCulture);
    }

    private ValueTask<UsiFrame> Ask(int pib) => _port.AskAsync(
        new UsiFrame(UsiProtocol.Prime, new byte[] { 0x2D, (byte)(pib >> 8), (byte)pib }),
        frame => frame.Payload.Span[0] == 0x2E && frame.Payload.Span[2] == pib >> 8 && frame.Payload.Span[3] == (pib & 0xFF), TimeSpan.FromSeconds(1), alone: true, _stop.Token);

    private void Say(byte[] payload) => _ = _links[^1].Modem.WriteAsync(ModemLine.Frame(0x30, payload)).AsTask();

    private PipeLink Open()
    {
        var link = new PipeLink();
        _links.Add(link);
        _ = AnswerAsync(link);
        return link;
    }

    private async Task AnswerAsync(PipeLink link)
    {
        while (true)
        {
            var read = await link.FromDriver.ReadAsync();
            var input = read.Buffer;
            foreach (var (_, payload) in ModemLine.Cut(ref input))
            {
                _askedAt.Add(_clock.GetUtcNow());
                _asked.Add(payload);
                foreach (var answer in _modem(payload))
                {
                    _answers++;
                    await link.Modem.WriteAsync(ModemLine.Frame(0x30, answer));
                }

                _worked++;
            }

            link.FromDriver.AdvanceTo(input.Start, input.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
