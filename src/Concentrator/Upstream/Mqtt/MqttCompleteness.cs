using System.Text.Json;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Tells one head-end the reports of due times. One that was told in part when the connection ended is told again whole.</summary>
internal sealed class MqttCompleteness(MqttUpstreamOptions options, UntoldReports reports, TimeProvider clock, ILogger log)
{
    /// <summary>A broker that refuses the topic, or is slow with it, is no reason to end the session: readings go on. It is tried again after this.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(5);

    /// <summary>Tells until stopped.</summary>
    internal Task RunAsync(MqttSession session, CancellationToken stop) =>
        RunAsync((topic, payload, ending) => session.PublishAsync(topic, payload, retain: false, ending), stop);

    /// <summary>Tells until stopped, by whatever publishes and returns when the broker has it.</summary>
    internal async Task RunAsync(Func<string, ReadOnlyMemory<byte>, CancellationToken, Task> publish, CancellationToken stop)
    {
        while (true)
        {
            var report = await reports.NextAsync(stop).ConfigureAwait(false);
            try
            {
                foreach (var part in CompletenessMessage.PartsOf(report))
                {
                    await publish(
                        $"{options.TopicBase}/completeness", JsonSerializer.SerializeToUtf8Bytes(part, CompletenessJson.Default.CompletenessMessage), stop).ConfigureAwait(false);
                }

                reports.Told(report);
            }
            catch (IOException e)
            {
                log.ReportNotTold(options.Name, report.Task, e.Message);
                await Task.Delay(Again, clock, stop).ConfigureAwait(false);
            }
        }
    }
}
