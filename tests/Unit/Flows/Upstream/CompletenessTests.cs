using System.Text;
using System.Text.Json.Nodes;
using Concentrator.Ports;
using Concentrator.Upstream;
using Concentrator.Upstream.Mqtt;
using Metering;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Upstream;

/// <summary>Reports of due times reach a head-end whole, in bearable messages, sooner or later, and hold nobody up.</summary>
public sealed class CompletenessTests : IDisposable
{
    private static readonly DateTime Day = new(2026, 11, 23, 0, 0, 0, DateTimeKind.Utc);
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private CancellationTokenSource _session = new();
    private readonly UntoldReports _reports = new();
    private readonly List<(string Topic, string Payload)> _told = [];
    private Func<Task> _broker = () => Task.CompletedTask;

    [Theory]
    [InlineData(0, new[] { 0 })]
    [InlineData(1, new[] { 1 })]
    [InlineData(200, new[] { 200 })]
    [InlineData(201, new[] { 200, 1 })]
    [InlineData(1200, new[] { 200, 200, 200, 200, 200, 200 })]
    public async Task A_message_has_200_meters_at_most_and_says_which_of_how_many_it_is(int meters, int[] parts)
    {
        _reports.Take(Report("load-profile", meters));
        await RunAsync(() => _told.Count == parts.Length);
        var messages = _told.Select(one => JsonNode.Parse(one.Payload)!).ToList();
        Assert.Equal(parts, messages.Select(message => message["meters"]!.AsArray().Count));
        Assert.Equal(Enumerable.Range(1, parts.Length).Select(part => (part, parts.Length)), messages.Select(message => (message["part"]!.GetValue<int>(), message["parts"]!.GetValue<int>())));
        Assert.Equal(Enumerable.Range(0, meters).Select(number => Meter(number).Text), messages.SelectMany(message => message["meters"]!.AsArray().Select(meter => meter!["meter"]!.GetValue<string>())));
        Assert.All(_told, one => Assert.Equal("dc/v1/dc-test/completeness", one.Topic));
    }

    [Fact]
    public async Task Meters_with_many_gaps_share_a_message_with_fewer_others()
    {
        _reports.Take(Report("load-profile", 5, gaps: 720));
        await RunAsync(() => _told.Count == 3);
        Assert.Equal([2, 2, 1], _told.Select(one => JsonNode.Parse(one.Payload)!["meters"]!.AsArray().Count));
    }

    [Fact]
    public async Task While_the_broker_is_away_the_last_report_of_each_task_is_kept_and_told_when_it_is_back_the_oldest_first()
    {
        for (var day = 0; day < 400; day++)
        {
            _reports.Take(Report("load-profile", 1, day));
            _reports.Take(Report("registers", 1, day - 10));
        }

        await RunAsync(() => _told.Count == 2);
        Assert.Equal([("registers", Day.AddDays(389)), ("load-profile", Day.AddDays(399))], _told.Select(one => JsonNode.Parse(one.Payload)!).Select(message =>
            (message["task"]!.GetValue<string>(), message["after"]!.GetValue<DateTime>())));
        _reports.Take(Report("load-profile", 1, 400));
        await RunAsync(() => _told.Count == 3); // what was told before is not told again
    }

    [Fact]
    public async Task A_report_that_was_told_in_part_is_told_again_whole()
    {
        _broker = () => _told.Count == 2 ? Task.FromException(new IOException("the connection ended")) : Task.CompletedTask;
        _reports.Take(Report("load-profile", 500));
        await RunAsync(() => _told.Count == 2);
        _told.Clear();
        _broker = () => Task.CompletedTask;
        await RunAsync(() => _told.Count == 3);
        Assert.Equal([1, 2, 3], _told.Select(one => JsonNode.Parse(one.Payload)!["part"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_broker_that_refuses_the_topic_is_asked_again_after_a_while_and_the_session_goes_on()
    {
        var refused = 0;
        _broker = () => Task.FromException(new IOException($"the broker refused it {++refused} times: NotAuthorized"));
        _reports.Take(Report("load-profile", 1));
        var running = TellAsync();
        Assert.True(await Patience.UntilAsync(() => refused == 1));
        _clock.Advance(TimeSpan.FromMinutes(4));
        await Patience.SettledAsync();
        Assert.Equal(1, refused);
        Assert.False(running.IsCompleted);
        _broker = () => Task.CompletedTask;
        Assert.True(await _clock.AdvanceUntilAsync(() => _told.Count == 1, TimeSpan.FromSeconds(10)));
        await EndAsync(running);
    }

    [Fact]
    public async Task A_report_that_comes_while_one_of_its_task_is_on_its_way_is_told_too_and_nobody_waits()
    {
        var arrives = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        _broker = () => ++begun == 1 ? arrives.Task : Task.CompletedTask;
        _reports.Take(Report("load-profile", 1, 0));
        var running = TellAsync();
        Assert.True(await Patience.UntilAsync(() => begun == 1));
        _reports.Take(Report("load-profile", 1, 1)); // returns while the broker still has not answered
        Assert.Empty(_told);
        arrives.SetResult();
        Assert.True(await Patience.UntilAsync(() => _told.Count == 2));
        await EndAsync(running);
    }

    public void Dispose() => _session.Dispose();

    private async Task RunAsync(Func<bool> until)
    {
        var running = TellAsync();
        Assert.True(await Patience.UntilAsync(() => until() || running.IsCompleted));
        await EndAsync(running);
        Assert.True(until());
        Assert.All(_told, one => Assert.Empty(MessageSchemas.Faults(one.Topic, one.Payload)));
    }

    private Task TellAsync()
    {
        var options = new MqttUpstreamOptions("main", new Uri("mqtt://127.0.0.1"), false, null, null, null, null, null, "dc/v1/dc-test", "dc-test");
        return new MqttCompleteness(options, _reports, _clock, NullLogger.Instance).RunAsync(
            async (topic, payload, _) =>
            {
                await _broker();
                _told.Add((topic, Encoding.UTF8.GetString(payload.Span)));
            },
            _session.Token);
    }

    private async Task EndAsync(Task running)
    {
        await Patience.SettledAsync();
        await _session.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        _session.Dispose();
        _session = new CancellationTokenSource();
    }

    private static MeterId Meter(int number) => MeterId.Parse($"SIM{number:D13}");

    private static Completeness Report(string task, int meters, int day = 0, int gaps = 0) => new(
        task, Day.AddDays(day), Day.AddDays(day + 1), Day.AddDays(day + 1).AddHours(6.5),
        [.. Enumerable.Range(0, meters).Select(number => new MeterCompleteness(
            Meter(number), "1-0:99.1.0*255", 60, 1440, 1440 - gaps, [.. Enumerable.Range(0, gaps).Select(gap => Day.AddDays(day).AddMinutes(2 * gap)).Select(at => new MissingRange(at, at, "meter-has-none"))]))]);
}
