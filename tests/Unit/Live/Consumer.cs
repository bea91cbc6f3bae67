using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MQTTnet;
using MQTTnet.Protocol;

namespace Unit.Live;

/// <summary>A subscriber that none of the product wrote: keeps its session at the broker and every message it ever got.</summary>
internal sealed class Consumer(string directory, int port, string topic) : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();

    private MqttClientOptions? _options;
    private volatile bool _ending;

    internal List<(string Topic, string Payload)> Messages { get; } = [];

    internal async Task ConnectAsync()
    {
        _client.ApplicationMessageReceivedAsync += message =>
        {
            lock (Messages)
            {
                Messages.Add((message.ApplicationMessage.Topic, Encoding.UTF8.GetString(message.ApplicationMessage.Payload.ToArray())));
            }

            return Task.CompletedTask;
        };
        _client.DisconnectedAsync += _ => _ending ? Task.CompletedTask : ReturnAsync();
        var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(directory, "consumer.pem"), Path.Combine(directory, "consumer.key"));
        _options = new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", port).WithClientId("consumer").WithCleanSession(false)
            .WithTlsOptions(tls => tls.UseTls().WithCertificateValidationHandler(_ => true).WithClientCertificates([certificate])).Build();
        await _client.ConnectAsync(_options);
        await _client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce);
    }

    internal string[] Readings() => Payloads("/readings/");

    /// <summary>Payloads of all messages whose topic contains a text.</summary>
    internal string[] Payloads(string topicPart)
    {
        lock (Messages)
        {
            return [.. Messages.Where(message => message.Topic.Contains(topicPart, StringComparison.Ordinal)).Select(message => message.Payload)];
        }
    }

    /// <summary>The keys of all rows given so far.</summary>
    internal string[] Keys() =>
        [.. Readings().SelectMany(message => JsonDocument.Parse(message).RootElement.GetProperty("blocks").EnumerateArray())
            .SelectMany(block => block.GetProperty("rows").EnumerateArray()).Select(row => row.GetProperty("key").GetString()!).Distinct()];

    /// <summary>Every message the box published fits its schema.</summary>
    internal void MustAllFitTheirSchemas()
    {
        (string Topic, string Payload)[] all;
        lock (Messages)
        {
            all = [.. Messages];
        }

        Assert.NotEmpty(all);
        Assert.Empty(all.Where(message => !message.Topic.EndsWith("/test", StringComparison.Ordinal)).SelectMany(message => MessageSchemas.Faults(message.Topic, message.Payload)));
    }

    /// <summary>Says something to the box.</summary>
    internal Task SayAsync(string to, string payload, bool retain = false) => _client.PublishStringAsync(to, payload, MqttQualityOfServiceLevel.AtLeastOnce, retain);

    /// <summary>Sends octets to the box.</summary>
    internal Task SayAsync(string to, byte[] payload) => _client.PublishBinaryAsync(to, payload, MqttQualityOfServiceLevel.AtLeastOnce);

    private async Task ReturnAsync()
    {
        while (!_ending && !_client.IsConnected)
        {
            try
            {
                await Task.Delay(100);
                await _client.ConnectAsync(_options);
                await _client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce);
            }
            catch (MQTTnet.Exceptions.MqttCommunicationException)
            {
                // The broker is not back yet.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ending = true;
        await _client.DisconnectAsync(new MqttClientDisconnectOptions());
        _client.Dispose();
    }
}
