using System.Text.Json.Nodes;
using Concentrator.Board;
using Concentrator.Composition;
using Concentrator.Ports;
using Concentrator.Settings;
using Metering;
using Microsoft.Extensions.Logging.Abstractions;

namespace Unit.Live;

/// <summary>The whole service in this process, and a broker over TLS: what is due while the broker is away is told when it is back.</summary>
public sealed class DueReportTests : IAsyncLifetime
{
    private static readonly MeterId Meter = MeterId.Parse("LGZ1030655933512");
    private readonly string _directory = Directory.CreateTempSubdirectory("due").FullName;
    private readonly Mosquitto _broker;
    private readonly Consumer _consumer;

    public DueReportTests()
    {
        _broker = new Mosquitto(_directory);
        _consumer = new Consumer(_directory, _broker.Port, "dc/v1/+/#");
    }

    public async ValueTask InitializeAsync() => await _consumer.ConnectAsync();

    [Fact]
    public async Task A_meter_that_was_expected_and_never_came_is_told_of_at_the_due_time_and_counted_in_health()
    {
        await LiveAsync(async parts => Assert.Null((await parts.Field.Life.ExpectAsync(new MeterFacts(Meter, "0080E1000001", null, default, null, null, null), "test", CancellationToken.None)).Refusal));
        Assert.Empty(_consumer.Payloads("/completeness"));
        _broker.Stop();
        await LiveAsync(async parts =>
        {
            await Street.WaitAsync(() => parts.Upstreams[0].View.Sentence?.Contains("refuses TCP", StringComparison.Ordinal) == true, "the box never tried");
            _broker.Start();
            await Street.WaitAsync(() => _consumer.Payloads("/completeness").Length > 0, () => "no report came");
            await Street.WaitAsync(() => Told("/health")?["collection"]!.AsArray().Count == 1, () => "no forecast came");
        });
        var report = Told("/completeness")!;
        Assert.Equal(("load-profile", 1, 1), (report["task"]!.GetValue<string>(), report["part"]!.GetValue<int>(), report["parts"]!.GetValue<int>()));
        var meter = Assert.Single(report["meters"]!.AsArray())!;
        Assert.Equal((Meter.Text, 1, 0), (meter["meter"]!.GetValue<string>(), meter["expected"]!.GetValue<int>(), meter["received"]!.GetValue<int>()));
        Assert.Equal("absent", Assert.Single(meter["missing"]!.AsArray())!["reason"]!.GetValue<string>());
        Assert.Equal((1, 0), (Told("/health")!["collection"]![0]!["expected"]!.GetValue<int>(), Told("/health")!["collection"]![0]!["complete"]!.GetValue<int>()));
        _consumer.MustAllFitTheirSchemas();
    }

    public async ValueTask DisposeAsync()
    {
        await _consumer.DisposeAsync();
        _broker.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private JsonNode? Told(string topic) => _consumer.Payloads(topic) is [.., var last] && last.Length > 0 ? JsonNode.Parse(last) : null;

    /// <summary>One life of the service; the day's run was due at its first minute.</summary>
    private async Task LiveAsync(Func<ApplianceParts, Task> what)
    {
        var file = Path.Combine(_directory, "concentrator.toml");
        await File.WriteAllTextAsync(file, $$"""
            id = "dc-test"
            [upstream.main]
            url = "mqtts://localhost:{{_broker.Port}}"
            ca = "{{_directory}}/ca.pem"
            certificate = "{{_directory}}/client.pem"
            key = "{{_directory}}/client.key"
            acknowledge = "broker"
            [collection]
            tasks = [ { read = "load-profile", every = "1d", start = "00:00", due = "00:01" } ]
            """);
        var loaded = SettingsLoader.Load(file, Path.Combine(_directory, "state"), null, new Dictionary<string, string>());
        Assert.True(loaded.Settings is not null, string.Join('\n', loaded.Faults));
        using var stop = new CancellationTokenSource();
        var parts = new TaskCompletionSource<ApplianceParts>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = new Appliance(loaded.Settings, new Identity("0.1.0", new string('a', 64), new string('b', 64)), NullLoggerFactory.Instance, TimeProvider.System).RunAsync(
            (doors, _) =>
            {
                parts.SetResult(doors);
                return Task.FromResult<IAsyncDisposable>(new Door());
            },
            stop.Token);
        await await Task.WhenAny(running, parts.Task);
        await what(await parts.Task);
        await stop.CancelAsync();
        await running;
    }

    private sealed class Door : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
