using System.Net;
using System.Net.Sockets;
using MQTTnet;
using MQTTnet.Protocol;
using MQTTnet.Server;

namespace Simulation.HeadEnd;

/// <summary>A broker on 127.0.0.1 and a consumer that acknowledges what it stored, and writes it to a file.</summary>
public sealed class SmallHeadEnd : IAsyncDisposable
{
    private readonly MqttServer _server;
    private readonly FrontDoor _door;
    private readonly IMqttClient _consumer = new MqttClientFactory().CreateMqttClient();
    private readonly StreamWriter? _rows;

    private SmallHeadEnd(MqttServer server, FrontDoor door, int port, string? rows)
    {
        _server = server;
        _door = door;
        Port = port;
        _rows = rows is null ? null : new StreamWriter(rows, append: true) { AutoFlush = true };
    }

    /// <summary>Where the broker listens.</summary>
    public int Port { get; }

    /// <summary>Messages of readings taken.</summary>
    public long Messages { get; private set; }

    /// <summary>Starts at a port, or the next free one.</summary>
    public static async Task<SmallHeadEnd> StartAsync(int wanted, string? rows)
    {
        var port = wanted;
        while (!IsFree(port))
        {
            port++;
        }

        var behind = FreePort();
        var options = new MqttServerOptionsBuilder().WithDefaultEndpoint().WithDefaultEndpointPort(behind)
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback).WithDefaultEndpointBoundIPV6Address(IPAddress.IPv6None).Build();
        var server = new MqttServerFactory().CreateMqttServer(options);
        server.ValidatingConnectionAsync += connection =>
        {
            connection.AssignedClientIdentifier = string.IsNullOrEmpty(connection.ClientId) ? "nameless-" + Guid.NewGuid().ToString("n") : null; // MQTT 5.0; 3.1.1 is named at the front door
            return Task.CompletedTask;
        };
        await server.StartAsync().ConfigureAwait(false);
        var headEnd = new SmallHeadEnd(server, new FrontDoor(port, behind), port, rows);
        await headEnd.ConsumeAsync().ConfigureAwait(false);
        return headEnd;
    }

    public async ValueTask DisposeAsync()
    {
        await _consumer.DisconnectAsync(new MqttClientDisconnectOptions()).ConfigureAwait(false);
        await _door.DisposeAsync().ConfigureAwait(false);
        await _server.StopAsync(new MqttServerStopOptions()).ConfigureAwait(false);
        _consumer.Dispose();
        _server.Dispose();
        if (_rows is not null)
        {
            await _rows.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task ConsumeAsync()
    {
        _consumer.ApplicationMessageReceivedAsync += async message =>
        {
            var text = System.Text.Encoding.UTF8.GetString(System.Buffers.BuffersExtensions.ToArray(message.ApplicationMessage.Payload));
            Messages++;
            if (_rows is not null)
            {
                await _rows.WriteLineAsync(text).ConfigureAwait(false);
            }

            var start = text.IndexOf("\"batchId\":\"", StringComparison.Ordinal) + 11;
            var batch = text[start..text.IndexOf('"', start)];
            var topic = message.ApplicationMessage.Topic;
            var acknowledgement = new MqttApplicationMessageBuilder().WithTopic(topic[..topic.IndexOf("/readings/", StringComparison.Ordinal)] + "/ack")
                .WithPayload($"{{\"batchId\":\"{batch}\",\"status\":\"stored\",\"rows\":[],\"at\":\"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ}\"}}").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
            await _consumer.PublishAsync(acknowledgement).ConfigureAwait(false);
        };
        await _consumer.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", Port).WithClientId("small-head-end").Build()).ConfigureAwait(false);
        await _consumer.SubscribeAsync("dc/v1/+/readings/#", MqttQualityOfServiceLevel.AtLeastOnce).ConfigureAwait(false);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
