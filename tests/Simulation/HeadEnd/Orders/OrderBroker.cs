using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using MQTTnet;
using MQTTnet.Protocol;

namespace Simulation.HeadEnd.Orders;

/// <summary>Where the head-end's broker is, and how it proves itself there.</summary>
/// <param name="Url"><c>mqtt://host:port</c> or <c>mqtts://host:port</c>.</param>
/// <param name="Authority">PEM of who made the broker's certificate; null where there is no TLS.</param>
/// <param name="Certificate">PEM of the head-end's certificate, or null.</param>
/// <param name="Key">PEM of its key.</param>
public sealed record BrokerAddress(Uri Url, string? Authority = null, string? Certificate = null, string? Key = null);

/// <summary>The head-end at its broker: gives orders to one box, and hears what it tells of them and which meters it delivers.</summary>
/// <param name="box">Base topic, such as <c>dc/v1/dc-demo</c>.</param>
internal sealed class OrderBroker(BrokerAddress address, string box) : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentDictionary<string, OrderNews> _orders = new();
    private readonly ConcurrentDictionary<string, byte> _meters = new();

    /// <summary>Connects and listens.</summary>
    internal async Task ConnectAsync(CancellationToken stop)
    {
        _client.ApplicationMessageReceivedAsync += message =>
        {
            Take(message.ApplicationMessage.Topic, System.Text.Encoding.UTF8.GetString(message.ApplicationMessage.Payload.ToArray()));
            return Task.CompletedTask;
        };
        var options = new MqttClientOptionsBuilder().WithTcpServer(address.Url.Host, address.Url.Port).WithClientId($"head-end-{Environment.ProcessId}");
        if (address.Url.Scheme == "mqtts")
        {
            options.WithTlsOptions(tls =>
            {
                tls.UseTls();
                if (address.Authority is { } authority)
                {
                    tls.WithTrustChain([X509CertificateLoader.LoadCertificateFromFile(authority)]);
                }

                if (address.Certificate is { } certificate)
                {
                    tls.WithClientCertificates([X509Certificate2.CreateFromPemFile(certificate, address.Key)]);
                }
            });
        }

        await _client.ConnectAsync(options.Build(), stop).ConfigureAwait(false);
        foreach (var topic in (string[])["cmd/+/status", "cmd/+/result", "readings/#"])
        {
            await _client.SubscribeAsync($"{box}/{topic}", MqttQualityOfServiceLevel.AtLeastOnce, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Gives an order; what becomes of it is heard from now on.</summary>
    internal async Task<OrderNews> GiveAsync(string verb, string id, JsonObject order, CancellationToken stop)
    {
        var news = _orders.GetOrAdd(id, _ => new OrderNews());
        await _client.PublishStringAsync($"{box}/cmd/{verb}", order.ToJsonString(), MqttQualityOfServiceLevel.AtLeastOnce, retain: false, stop).ConfigureAwait(false);
        return news;
    }

    /// <summary>A value of the meter, or through it, came since the head-end listens.</summary>
    internal bool HasHeard(string meter) => _meters.ContainsKey(meter);

    public async ValueTask DisposeAsync()
    {
        if (_client.IsConnected)
        {
            await _client.DisconnectAsync(new MqttClientDisconnectOptions()).ConfigureAwait(false);
        }

        _client.Dispose();
    }

    private void Take(string topic, string payload)
    {
        try
        {
            if (JsonNode.Parse(payload) is not JsonObject message)
            {
                return;
            }

            if (topic.StartsWith(box + "/readings/", StringComparison.Ordinal))
            {
                foreach (var block in message["blocks"]?.AsArray() ?? [])
                {
                    _meters[block?["meter"]?.GetValue<string>() ?? ""] = 0;
                    _meters[block?["via"]?["meter"]?.GetValue<string>() ?? ""] = 0; // who gives the values of devices behind it is there too
                }
            }
            else if (message["orderId"]?.GetValue<string>() is { } id)
            {
                _orders.GetOrAdd(id, _ => new OrderNews()).Take(topic.EndsWith("/status", StringComparison.Ordinal), message);
            }
        }
        catch (JsonException)
        {
            // Nothing of a box's: others may publish where it does.
        }
    }
}
