using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Field;
using Metering.Driver;
using Metering.Orders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Field;

/// <summary>A driver that ends is run again, with back-off, for ever.</summary>
public class SupervisorTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Channel<DriverEvent> _events = Channel.CreateUnbounded<DriverEvent>();
    private readonly Told _told = new();
    private int _starts;

    [Fact]
    public async Task A_link_that_never_listened_is_tried_after_1_2_4_and_at_most_60_s()
    {
        var waits = await WaitsAsync(10, listens: _ => false);
        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60], waits);
    }

    [Fact]
    public async Task A_link_that_listened_starts_the_row_anew()
    {
        var waits = await WaitsAsync(7, listens: run => run == 3);
        Assert.Equal([1, 2, 4, 1, 2, 4], waits);
    }

    [Fact]
    public async Task Its_view_names_the_reason_and_counts_the_restarts()
    {
        using var stop = new CancellationTokenSource();
        var supervisor = Make(_ => false);
        var running = supervisor.RunAsync(stop.Token);
        Assert.True(await Patience.UntilAsync(() => supervisor.View.State == LinkState.Lost));
        Assert.Equal("no such port", supervisor.View.Sentence);
        Assert.Equal(1, supervisor.View.Counters["restarts"]);
        await stop.CancelAsync();
        await running;
        Assert.Equal(LinkState.Closed, supervisor.View.State);
    }

    private async Task<double[]> WaitsAsync(int runs, Func<int, bool> listens)
    {
        using var stop = new CancellationTokenSource();
        var began = _clock.GetTimestamp();
        var running = Make(listens).RunAsync(stop.Token);
        Assert.True(await _clock.AdvanceUntilAsync(() => _starts >= runs, TimeSpan.FromSeconds(1)));
        await stop.CancelAsync();
        await running;
        double[] waits = [.. _told.Waits.Take(runs - 1)];
        Assert.True(_clock.GetElapsedTime(began).TotalSeconds >= waits.Sum(), "it did not wait as long as it said");
        return waits;
    }

    private Supervisor Make(Func<int, bool> listens) => new(
        () => new Brief(listens(_starts++)), "radio0", "im871a", "/dev/ttyUSB0", _events.Writer, new MeterReach(), new FakeTime(_clock), _clock, _told);

    /// <summary>The waits that were told: what an operator reads, and exact where fake time is coarse.</summary>
    private sealed class Told : ILogger
    {
        internal List<double> Waits { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (state is IReadOnlyList<KeyValuePair<string, object?>> values && values.FirstOrDefault(value => value.Key == "Seconds").Value is double seconds)
            {
                Waits.Add(seconds);
            }
        }
    }

    /// <summary>A driver whose link ends at once.</summary>
    private sealed class Brief(bool listens) : IMeterDriver
    {
        public DriverFacts Facts => throw new NotSupportedException();

        public async IAsyncEnumerable<DriverEvent> RunAsync([EnumeratorCancellation] CancellationToken stop)
        {
            await Task.Yield();
            if (listens)
            {
                yield return new DriverEvent.LinkChanged(LinkState.Listening, "listening");
            }

            throw new IOException("no such port");
        }

        public IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, CancellationToken stop) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
