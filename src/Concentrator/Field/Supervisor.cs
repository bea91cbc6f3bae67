using System.Threading.Channels;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Orders;

namespace Concentrator.Field;

/// <summary>
/// Runs one driver and runs it again when its link is lost, after 1, 2, 4 .. 60 s; a link that listened starts the row anew. Its events go on over the one channel.
/// </summary>
/// <param name="network">Takes what drivers tell of their nodes; null where nobody keeps them.</param>
internal sealed class Supervisor(
    Func<IMeterDriver> make, string name, string family, string port, ChannelWriter<DriverEvent> events, MeterReach reach, ITimeSource time, TimeProvider clock, ILogger log, NetworkBook? network = null)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromSeconds(60);
    private readonly Lock _lock = new();
    private DriverView _view = new(name, family, port, LinkState.Closed, "not started", null, new Dictionary<string, string>(), new Dictionary<string, long>());
    private long _events, _restarts;

    internal DriverView View
    {
        get
        {
            lock (_lock)
            {
                return _view with
                {
                    Counters = new Dictionary<string, long> { ["events"] = Interlocked.Read(ref _events), ["restarts"] = Interlocked.Read(ref _restarts) },
                };
            }
        }
    }

    internal async Task RunAsync(CancellationToken stop)
    {
        var wait = First;
        while (!stop.IsCancellationRequested)
        {
            var (listened, sentence) = await RunOnceAsync(stop).ConfigureAwait(false);
            if (stop.IsCancellationRequested)
            {
                break;
            }

            wait = listened ? First : wait;
            Interlocked.Increment(ref _restarts);
            network?.Lose(name);
            log.DriverEnded(name, sentence, wait.TotalSeconds);
            Note(new DriverEvent.LinkChanged(LinkState.Lost, sentence));
            try
            {
                await Task.Delay(wait, clock, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            wait = wait * 2 < Longest ? wait * 2 : Longest;
        }

        Note(new DriverEvent.LinkChanged(LinkState.Closed, "stopped"));
    }

    private async Task<(bool Listened, string Sentence)> RunOnceAsync(CancellationToken stop)
    {
        var listened = false;
        var sentence = "the link ended";
        try
        {
            var driver = make();
            await using (driver.ConfigureAwait(false))
            {
                using var losing = new Losing(reach, driver);
                await foreach (var driverEvent in driver.RunAsync(stop).ConfigureAwait(false))
                {
                    Interlocked.Increment(ref _events);
                    if (driverEvent is DriverEvent.LinkChanged change)
                    {
                        listened |= change.State == LinkState.Listening;
                        sentence = change.Sentence;
                        Note(change);
                    }
                    else if (driverEvent is DriverEvent.Joined joined)
                    {
                        reach.Join(joined.Meter, driver);
                    }
                    else if (driverEvent is DriverEvent.Left left)
                    {
                        reach.Leave(left.Meter, driver);
                    }

                    network?.Take(name, family, driverEvent);
                    await events.WriteAsync(driverEvent, stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            sentence = "stopped";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or TimeoutException)
        {
            sentence = e.Message; // a broken environment: the sentence names it, the next try comes
        }

        return (listened, sentence);
    }

    /// <summary>However the run ends, nobody is reached through the driver any more.</summary>
    private readonly struct Losing(MeterReach reach, IMeterDriver driver) : IDisposable
    {
        public void Dispose() => reach.Lose(driver);
    }

    private void Note(DriverEvent.LinkChanged change)
    {
        lock (_lock)
        {
            if (change.State != _view.State)
            {
                log.LinkChanged(name, change.State.ToString(), change.Sentence);
            }

            _view = _view with
            {
                Since = change.State == _view.State ? _view.Since : time.Now.Utc,
                State = change.State,
                Sentence = change.Sentence,
                Facts = change.Facts ?? _view.Facts,
            };
        }
    }
}
