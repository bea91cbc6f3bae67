using Drivers.Ports;

namespace Concentrator.Home;

/// <summary>Interface H1: a telegram on a line at every refresh, for a simple display. One way: whatever comes from the other side is not read.</summary>
internal sealed class DisplayLine(HomeConsumer consumer, HomeFeed feed, Func<string, IPort> open, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    /// <summary>Writes until stopped; a line that is lost is opened again.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        var told = "";
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using var port = open(consumer.Display!);
                told = "";
                using var timer = new PeriodicTimer(consumer.Refresh, clock);
                do
                {
                    await port.WriteAsync(feed.TelegramOf(consumer), stop).ConfigureAwait(false);
                }
                while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
            }
            catch (IOException e)
            {
                if (told != e.Message)
                {
                    log.DisplayLost(consumer.Name, e.Message);
                    told = e.Message;
                }

                await Task.Delay(Again, clock, stop).ConfigureAwait(false);
            }
        }
    }
}
