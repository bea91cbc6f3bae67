using Concentrator.Collection;
using Concentrator.Ports;
using Metering;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Collection;

/// <summary>The collector asks for what is missing, when it is due, as anybody else would.</summary>
public class CollectorTests
{
    private static readonly MeterId Meter = MeterId.Parse("SIM0000000000001");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
    private readonly Desk _desk = new();
    private DateTime? _last;

    [Fact]
    public async Task A_profile_that_was_never_read_is_asked_in_pieces_from_the_oldest_on()
    {
        await RunAsync("load-profile", TimeSpan.FromDays(1), () => _desk.Asked.Count >= 4);
        Assert.Equal(new DateTime(2026, 10, 23, 10, 0, 0), _desk.Asked[0].FromUtc!.Value, TimeSpan.FromSeconds(10));
        Assert.All(_desk.Asked.Zip(_desk.Asked.Skip(1)), pair => Assert.Equal(pair.First.ToUtc, pair.Second.FromUtc));
        Assert.All(_desk.Asked, one => Assert.True(one.ToUtc - one.FromUtc <= TimeSpan.FromDays(10)));
    }

    [Fact]
    public async Task What_is_stored_is_not_asked_again()
    {
        _last = new DateTime(2026, 11, 23, 9, 45, 0, DateTimeKind.Utc);
        await RunAsync("load-profile", TimeSpan.FromDays(1), () => _desk.Asked.Count >= 1);
        Assert.Equal(_last.Value.AddSeconds(1), Assert.Single(_desk.Asked).FromUtc);
    }

    [Fact]
    public async Task Registers_are_asked_once_a_period()
    {
        await RunAsync("registers", TimeSpan.FromMinutes(15), () => _clock.GetUtcNow().Hour >= 11);
        Assert.InRange(_desk.Asked.Count, 4, 6);
        Assert.Null(_desk.Asked[0].FromUtc);
    }

    [Fact]
    public async Task A_read_that_failed_is_tried_again_after_two_minutes_and_not_before()
    {
        _desk.Answer = OrderState.Failed;
        await RunAsync("registers", TimeSpan.FromDays(1), () => _clock.GetUtcNow().Minute >= 9);
        Assert.InRange(_desk.Asked.Count, 4, 5);
    }

    private async Task RunAsync(string read, TimeSpan every, Func<bool> until)
    {
        using var stop = new CancellationTokenSource();
        var collector = new Collector([new CollectionTask(read, every, TimeSpan.FromMinutes(5), null)], _desk, (_, _) => _last, () => { }, _clock, NullLogger.Instance);
        var running = collector.RunAsync(stop.Token);
        Assert.True(await _clock.AdvanceUntilAsync(until, TimeSpan.FromSeconds(1)));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private sealed class Desk : IOrderDesk
    {
        internal List<ReadOrder> Asked { get; } = [];

        internal OrderState Answer { get; set; } = OrderState.Done;

        public IReadOnlyList<MeterId> Reachable(OrderKind kind) => [Meter];

        public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            Asked.Add(ReadOrder.Parse(order.Payload));
            yield return new OrderStep(Answer, "as told", null, default);
        }
    }
}
