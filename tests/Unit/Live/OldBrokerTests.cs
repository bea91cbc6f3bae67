using System.Net;
using System.Net.Sockets;
using System.Text;
using Concentrator.Upstream.Mqtt;

namespace Unit.Live;

/// <summary>A broker that knows MQTT 3.1.1 only, as a dozen lines of sockets.</summary>
public sealed class OldBrokerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broker_that_knows_only_3_1_1_is_spoken_to_in_it(bool saysWhy)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var topics = new List<string>();
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(listener, saysWhy, topics, stop.Token);
        var options = new MqttUpstreamOptions(
            "main", new Uri($"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), false, null, null, null, null, null, "dc/v1/dc-test", "dc-test");
        using var tls = new MqttTls(options);
        await using (var session = await MqttSession.ConnectAsync(options, tls, "{}"u8.ToArray(), "dc-test", ["dc/v1/dc-test/ack"], _ => Task.CompletedTask, TimeProvider.System, stop.Token))
        {
            Assert.True(session.Speaks311);
            await session.PublishAsync("dc/v1/dc-test/state", "{}"u8.ToArray(), retain: true, stop.Token);
        }

        Assert.Equal(["dc/v1/dc-test/state"], topics);
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Who_is_told_to_stop_while_it_connects_stops_and_calls_it_no_failure()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var options = new MqttUpstreamOptions(
            "main", new Uri($"mqtt://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), false, null, null, null, null, null, "dc/v1/dc-test", "dc-test");
        using var tls = new MqttTls(options);
        var connecting = MqttSession.ConnectAsync(options, tls, "{}"u8.ToArray(), "dc-test", [], _ => Task.CompletedTask, TimeProvider.System, stop.Token);
        using (var client = await listener.AcceptTcpClientAsync(CancellationToken.None))
        {
            await client.GetStream().ReadAtLeastAsync(new byte[2], 2, throwOnEndOfStream: true, CancellationToken.None);
            await stop.CancelAsync();
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting);
    }

    private static async Task ServeAsync(TcpListener listener, bool saysWhy, List<string> topics, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                await SpeakAsync(client.GetStream(), saysWhy, topics, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private static async Task SpeakAsync(NetworkStream stream, bool saysWhy, List<string> topics, CancellationToken stop)
    {
        var head = new byte[2];
        while (await stream.ReadAtLeastAsync(head, 2, throwOnEndOfStream: false, stop) == 2)
        {
            var body = new byte[head[1]]; // nothing here is longer than 127 octets
            await stream.ReadExactlyAsync(body, stop);
            switch (head[0] >> 4)
            {
                case 1 when body[6] != 4:
                    await stream.WriteAsync(saysWhy ? new byte[] { 0x20, 2, 0, 1 } : [], stop);
                    return;
                case 1:
                    await stream.WriteAsync(new byte[] { 0x20, 2, 0, 0 }, stop);
                    break;
                case 3:
                    var length = body[1];
                    topics.Add(Encoding.UTF8.GetString(body, 2, length));
                    await stream.WriteAsync(new byte[] { 0x40, 2, body[2 + length], body[3 + length] }, stop);
                    break;
                case 8:
                    await stream.WriteAsync(new byte[] { 0x90, 3, body[0], body[1], 1 }, stop);
                    break;
                case 14:
                    return;
            }
        }
    }
}
