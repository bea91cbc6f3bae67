using Drivers.Dlms.Street;
using Metering.Orders;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Dlms.Street;

/// <summary>Whose message goes next on a medium that many meters share.</summary>
public sealed class MediumTurnsTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly MediumTurns _turns;
    private readonly List<string> _went = [];

    public MediumTurnsTests() => _turns = new MediumTurns(_clock, 1);

    public void Dispose() => _turns.Dispose();

    [Fact]
    public async Task The_most_urgent_goes_first_and_among_equals_who_came_first()
    {
        await _turns.EnterAsync(1, WorkClass.Profile, Timeout.InfiniteTimeSpan, default);
        var all = Ask(
            ("firmware", WorkClass.Firmware), ("profile 1", WorkClass.Profile), ("profile 2", WorkClass.Profile), ("billing", WorkClass.Billing), ("on demand", WorkClass.OnDemand), ("breaker", WorkClass.Breaker), ("alarm", WorkClass.Alarm));
        await GoOnAsync(all);
        Assert.Equal(["alarm", "breaker", "on demand", "billing", "profile 1", "profile 2", "firmware"], _went);
    }

    [Fact]
    public async Task Who_waited_for_long_goes_before_everybody()
    {
        await _turns.EnterAsync(1, WorkClass.Profile, Timeout.InfiniteTimeSpan, default);
        var all = Ask(("firmware", WorkClass.Firmware));
        _clock.Advance(TimeSpan.FromSeconds(46));
        all = [.. all, .. Ask(("breaker", WorkClass.Breaker))];
        await GoOnAsync(all);
        Assert.Equal(["firmware", "breaker"], _went);
    }

    [Fact]
    public async Task While_somebody_waits_for_an_answer_the_boxs_own_work_is_held_back_for_a_while_and_no_longer()
    {
        using (_turns.Begin(WorkClass.OnDemand))
        {
            await _turns.EnterAsync(1, WorkClass.OnDemand, Timeout.InfiniteTimeSpan, default);
            _turns.Leave(); // its question is out, and its answer awaited
            var held = _turns.EnterAsync(1, WorkClass.Profile, Timeout.InfiniteTimeSpan, default).AsTask();
            var urgent = _turns.EnterAsync(1, WorkClass.Breaker, Timeout.InfiniteTimeSpan, default).AsTask();
            Assert.True(await Patience.UntilAsync(() => urgent.IsCompleted), "what is more urgent is not held back");
            _turns.Leave();
            _clock.Advance(TimeSpan.FromSeconds(9));
            await Patience.SettledAsync();
            Assert.False(held.IsCompleted);
            _clock.Advance(TimeSpan.FromSeconds(1.1)); // nothing was sent for ten seconds: its meter does not answer
            Assert.True(await Patience.UntilAsync(() => held.IsCompleted), "nobody is held back for a meter that does not answer");
            _turns.Leave();
        }
    }

    [Fact]
    public async Task Work_that_sends_on_and_on_holds_a_message_back_for_twenty_seconds_at_most()
    {
        using var people = _turns.Begin(WorkClass.OnDemand);
        var held = _turns.EnterAsync(1, WorkClass.Profile, Timeout.InfiniteTimeSpan, default).AsTask();
        Assert.True(await Patience.UntilAsync(() => held.IsCompleted), "nothing was sent yet");
        _turns.Leave();
        held = null;
        for (var second = 0; second < 30; second += 2)
        {
            await _turns.EnterAsync(1, WorkClass.OnDemand, Timeout.InfiniteTimeSpan, default);
            _turns.Leave();
            held ??= _turns.EnterAsync(1, WorkClass.Profile, Timeout.InfiniteTimeSpan, default).AsTask();
            _clock.Advance(TimeSpan.FromSeconds(2));
            await Patience.SettledAsync();
            if (held.IsCompleted)
            {
                Assert.InRange(second, 17, 21);
                return;
            }
        }

        Assert.Fail("it was held back for half a minute");
    }

    [Fact]
    public async Task What_is_held_back_goes_at_once_when_the_urgent_work_is_over()
    {
        var people = _turns.Begin(WorkClass.Breaker);
        await _turns.EnterAsync(1, WorkClass.Breaker, Timeout.InfiniteTimeSpan, default);
        _turns.Leave();
        var held = _turns.EnterAsync(1, WorkClass.Billing, Timeout.InfiniteTimeSpan, default).AsTask();
        Assert.False(held.IsCompleted);
        people.Dispose();
        Assert.True(await Patience.UntilAsync(() => held.IsCompleted), "the work it was held back for is over");
    }

    [Fact]
    public async Task A_profile_is_not_held_back_for_billing_and_an_image_is_for_both_a_little()
    {
        using var billing = _turns.Begin(WorkClass.Billing);
        await _turns.EnterAsync(1, WorkClass.Billing, Timeout.InfiniteTimeSpan, default);
        _turns.Leave();
        await _turns.EnterAsync(1, WorkClass.Profile, Timeout.InfiniteTimeSpan, default);
        _turns.Leave();
        var image = _turns.EnterAsync(1, WorkClass.Firmware, Timeout.InfiniteTimeSpan, default).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(2.9));
        await Patience.SettledAsync();
        Assert.False(image.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.True(await Patience.UntilAsync(() => image.IsCompleted), "three seconds are over");
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_no_turn_with_him()
    {
        await _turns.EnterAsync(1, WorkClass.Profile, Timeout.InfiniteTimeSpan, default);
        using var stop = new CancellationTokenSource();
        var gone = _turns.EnterAsync(1, WorkClass.Breaker, Timeout.InfiniteTimeSpan, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await GoOnAsync(Ask(("profile", WorkClass.Profile)));
        Assert.Equal("profile", Assert.Single(_went));
        Assert.Equal(0, _turns.UnderWay);
    }

    [Fact]
    public async Task Without_arbitration_everybody_goes_as_he_came()
    {
        using var turns = new MediumTurns(_clock, 1) { IsFirstComeFirstServed = true };
        using var people = turns.Begin(WorkClass.Breaker);
        await turns.EnterAsync(1, WorkClass.Breaker, Timeout.InfiniteTimeSpan, default);
        var (image, breaker) = (turns.EnterAsync(1, WorkClass.Firmware, Timeout.InfiniteTimeSpan, default).AsTask(), turns.EnterAsync(1, WorkClass.Breaker, Timeout.InfiniteTimeSpan, default).AsTask());
        turns.Leave();
        Assert.True(await Patience.UntilAsync(() => image.IsCompleted), "it came first");
        Assert.False(breaker.IsCompleted);
    }

    private Task[] Ask(params (string Name, WorkClass Work)[] messages) => [.. messages.Select(async message =>
    {
        await _turns.EnterAsync(1, message.Work, Timeout.InfiniteTimeSpan, default);
        lock (_went)
        {
            _went.Add(message.Name);
        }
    })];

    /// <summary>One message after another is out, until all have gone.</summary>
    private async Task GoOnAsync(Task[] all)
    {
        for (var gone = 0; gone < all.Length; gone++)
        {
            _turns.Leave();
            Assert.True(await Patience.UntilAsync(() => all.Count(one => one.IsCompleted) > gone), "somebody has the turn");
        }

        _turns.Leave();
        await Task.WhenAll(all);
    }
}
