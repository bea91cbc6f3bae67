using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Concentrator.Ports;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Connects once on the side and says each step: DNS, TCP, then TLS with CONNACK, then PUBACK.</summary>
internal sealed class MqttTest(MqttUpstreamOptions options, TimeProvider clock)
{
    internal async IAsyncEnumerable<UpstreamTestStep> RunAsync([EnumeratorCancellation] CancellationToken stop)
    {
        IPAddress[] addresses = [];
        var dns = await StepAsync("DNS", async () =>
        {
            addresses = await Dns.GetHostAddressesAsync(options.Url.Host, stop).ConfigureAwait(false);
            return string.Join(", ", addresses.Select(address => address.ToString()));
        }).ConfigureAwait(false);
        yield return dns;
        if (!dns.Passed)
        {
            yield break;
        }

        var tcp = await StepAsync("TCP", async () =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(addresses, options.Port, stop).ConfigureAwait(false);
            return $"{client.Client.RemoteEndPoint}";
        }).ConfigureAwait(false);
        yield return tcp;
        if (!tcp.Passed)
        {
            yield break;
        }

        MqttSession? session = null;
        using var tls = new MqttTls(options);
        var connack = await StepAsync(options.Secure ? "TLS, CONNACK" : "CONNACK", async () =>
        {
            session = await MqttSession.ConnectAsync(options, tls, [], options.BoxId + "-test", [], _ => Task.CompletedTask, clock, stop).ConfigureAwait(false);
            return options.Secure ? tls.ClientText : "not encrypted";
        }).ConfigureAwait(false);
        yield return connack;
        if (session is null)
        {
            yield break;
        }

        await using (session.ConfigureAwait(false))
        {
            yield return await StepAsync("PUBACK", async () =>
            {
                await session.PublishAsync(options.TopicBase + "/test", "{}"u8.ToArray(), retain: false, stop).ConfigureAwait(false);
                return options.TopicBase + "/test";
            }).ConfigureAwait(false);
        }
    }

    private async Task<UpstreamTestStep> StepAsync(string name, Func<Task<string>> step)
    {
        var started = clock.GetTimestamp();
        try
        {
            var sentence = await step().ConfigureAwait(false);
            return new UpstreamTestStep(name, true, clock.GetElapsedTime(started).TotalMilliseconds, sentence);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
        {
            return new UpstreamTestStep(name, false, clock.GetElapsedTime(started).TotalMilliseconds, e.Message);
        }
    }
}
