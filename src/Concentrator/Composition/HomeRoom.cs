using System.Security.Cryptography;
using System.Text;
using Concentrator.Home;
using Concentrator.Ports;
using Concentrator.Settings;
using Concentrator.Store.Books;
using Drivers.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Composition;

/// <summary>The consumers' side, put together: what is newest, who may see it, where it is shown.</summary>
internal sealed class HomeRoom : IAsyncDisposable
{
    private const int DisplayBaud = 115_200;
    private readonly HomeOptions _options;
    private readonly NewestValues _newest;
    private readonly HomeFeed _feed;
    private readonly HomeHost? _host;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;

    internal HomeRoom(BoxSettings settings, ILedger ledger, ITimeSource time, TimeProvider clock, ILogger log)
    {
        var home = settings.Home ?? new HomeSettings(null, null, null, []);
        var options = new HomeOptions(
            home.Listen, home.Certificate, home.Key, settings.Flag, settings.Id, settings.Zone ?? clock.LocalTimeZone,
            [.. home.Consumers.Select(one => new HomeConsumer(one.Name, one.Meters, HashOf(one.TokenFile), one.Refresh, one.Display))]);
        (_options, _clock, _log) = (options, clock, log);
        _newest = new NewestValues(options.Consumers.SelectMany(consumer => consumer.Meters));
        _feed = new HomeFeed(options, _newest, time);
        var guard = new HomeGuard(options.Consumers, (who, what, why) =>
        {
            log.NotShown(who, what, why);
            _ = WriteAsync(new AuditRecord($"consumer {who}", "is not shown", what, "", why));
        }, clock);
        _host = options.Listen is null ? null : new HomeHost(options, _feed, guard, clock);

        async Task WriteAsync(AuditRecord record)
        {
            try
            {
                await ledger.AppendAsync([record.ToRecord(time.Now)], Urgency.OnDemand, CancellationToken.None).ConfigureAwait(false);
            }
            catch (StorageFaultException)
            {
                // The ledger says it itself; the log has the line.
            }
        }
    }

    /// <summary>Somebody is to be shown something.</summary>
    internal bool HasConsumers => _options.Consumers.Count > 0;

    /// <summary>Takes what a meter said.</summary>
    internal void Take(ReadingBlock block, BoxTime at) => _newest.Take(block, at);

    /// <summary>Opens the listener.</summary>
    internal Task StartAsync(CancellationToken stop) => _host?.StartAsync(stop) ?? Task.CompletedTask;

    /// <summary>Asks meters and writes to displays until stopped.</summary>
    /// <param name="isAsked">True for a meter on a line of its own that can be asked now.</param>
    internal Task RunAsync(IOrderDesk desk, Func<MeterId, bool> isAsked, CancellationToken stop) => Task.WhenAll(
    [
        new HomeRefresh(_options, _feed, desk, isAsked, _clock).RunAsync(stop),
        .. _options.Consumers.Where(one => one.Display is not null).Select(one => new DisplayLine(one, _feed, path => SerialLink.Open(path, DisplayBaud), _clock, _log).RunAsync(stop)),
    ]);

    public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ReadOnlyMemory<byte> HashOf(string? file) => file is null ? default : SHA256.HashData(Encoding.UTF8.GetBytes(File.ReadAllText(file).Trim()));
}
