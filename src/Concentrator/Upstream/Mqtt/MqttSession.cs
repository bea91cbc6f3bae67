using System.Buffers;
using System.Net.Sockets;
using System.Security.Authentication;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace Concentrator.Upstream.Mqtt;

/// <summary>One connection to the broker. What fails becomes an <see cref="IOException"/> with a sentence.</summary>
internal sealed class MqttSession : IAsyncDisposable
{
    private const MqttClientConnectResultCode OldUnsupportedVersion = (MqttClientConnectResultCode)1; // in the words of 3.1.1
    private const uint SessionKept = 86_400; // s: an order that comes later is stale
    private const string Closed = "closed before CONNACK";
    private readonly MqttUpstreamOptions _options;
    private readonly MqttTls _tls;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _clock;

    private MqttSession(MqttUpstreamOptions options, MqttTls tls, Func<MqttReceived, Task> received, TimeProvider clock)
    {
        _options = options;
        _tls = tls;
        _clock = clock;
        _client.DisconnectedAsync += _ =>
        {
            _ended.TrySetResult();
            return Task.CompletedTask;
        };
        _client.ApplicationMessageReceivedAsync += async came =>
        {
            var message = came.ApplicationMessage;
            try
            {
                await received(new MqttReceived(message.Topic, message.Payload, message.Retain, message.ResponseTopic, message.CorrelationData)).ConfigureAwait(false);
            }
            catch (IOException)
            {
                came.AutoAcknowledge = false; // the broker gives it again
            }
        };
    }

    /// <summary>Completes when the connection is gone.</summary>
    internal Task Ended => _ended.Task;

    /// <summary>
    /// Connects, with the last will that says the box is gone, and subscribes. Speaks MQTT 5.0; a broker that ends the connection over it is spoken to in 3.1.1 at once.
    /// </summary>
    internal static async Task<MqttSession> ConnectAsync(
        MqttUpstreamOptions options, MqttTls tls, byte[] lastWill, string clientId, IReadOnlyList<string> subscribe,
        Func<MqttReceived, Task> received, TimeProvider clock, CancellationToken stop)
    {
        try
        {
            return await ConnectOnceAsync(options, tls, lastWill, clientId, subscribe, received, clock, stop).ConfigureAwait(false);
        }
        catch (ClosedBeforeConnackException first) when (!options.Version311)
        {
            try
            {
                return await ConnectOnceAsync(options with { Version311 = true }, tls, lastWill, clientId, subscribe, received, clock, stop).ConfigureAwait(false);
            }
            catch (IOException)
            {
                throw first; // it was not the version
            }
        }
    }

    /// <summary>True where the broker understood MQTT 3.1.1 only.</summary>
    internal bool Speaks311 => _options.Version311;

    private static async Task<MqttSession> ConnectOnceAsync(
        MqttUpstreamOptions options, MqttTls tls, byte[] lastWill, string clientId, IReadOnlyList<string> subscribe,
        Func<MqttReceived, Task> received, TimeProvider clock, CancellationToken stop)
    {
        var session = new MqttSession(options, tls, received, clock);
        try
        {
            await session.ConnectAsync(lastWill, clientId, subscribe, stop).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Publishes with QoS 1; returns with PUBACK.</summary>
    /// <param name="correlation">Goes back to whoever asked (MQTT 5).</param>
    internal async Task PublishAsync(string topic, ReadOnlyMemory<byte> payload, bool retain, CancellationToken stop, ReadOnlyMemory<byte> correlation = default)
    {
        var message = new MqttApplicationMessage
        {
            Topic = topic,
            Payload = new ReadOnlySequence<byte>(payload),
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            Retain = retain,
            CorrelationData = correlation.IsEmpty ? null : correlation.ToArray(),
            ContentType = _options.Version311 || payload.IsEmpty ? null : "application/json",
        };
        using var timeout = new CancellationTokenSource(_options.AcknowledgeWithin, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            var result = await _client.PublishAsync(message, either.Token).ConfigureAwait(false);
            if (!result.IsSuccess)
            {
                throw new IOException($"the broker refused {topic}: {result.ReasonCode} {result.ReasonString}");
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"no PUBACK for {topic} within {_options.AcknowledgeWithin.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is MqttCommunicationException or InvalidOperationException or SocketException && stop.IsCancellationRequested)
        {
            throw new OperationCanceledException($"stopped while publishing {topic}", e, stop); // the library calls its own cancellation a time-out
        }
        catch (Exception e) when (e is MqttCommunicationException or InvalidOperationException or SocketException)
        {
            throw new IOException($"the connection ended while publishing {topic}: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_client.IsConnected)
            {
                await _client.DisconnectAsync(new MqttClientDisconnectOptions(), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is MqttCommunicationException or SocketException or IOException or InvalidOperationException)
        {
            // It was gone already: that is what was wanted.
        }

        _client.Dispose();
    }

    private async Task ConnectAsync(byte[] lastWill, string clientId, IReadOnlyList<string> subscribe, CancellationToken stop)
    {
        var started = _clock.GetTimestamp();
        try
        {
            var result = await _client.ConnectAsync(Build(lastWill, clientId), stop).ConfigureAwait(false);
            if (result.ResultCode is MqttClientConnectResultCode.UnsupportedProtocolVersion or OldUnsupportedVersion)
            {
                throw new ClosedBeforeConnackException($"{Where} speaks neither MQTT 5.0 nor 3.1.1", null);
            }

            if (result.ResultCode != MqttClientConnectResultCode.Success)
            {
                throw new IOException(
                    $"{Where} refused the connection: {result.ResultCode} {result.ReasonString}; check user, password and the client certificate's rights at the broker");
            }

            foreach (var topic in subscribe)
            {
                await _client.SubscribeAsync(topic, MqttQualityOfServiceLevel.AtLeastOnce, stop).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is MqttCommunicationException or SocketException or AuthenticationException or OperationCanceledException or InvalidOperationException)
        {
            stop.ThrowIfCancellationRequested(); // the client calls that a failure of the connection
            var sentence = Sentence(e, _clock.GetElapsedTime(started));
            throw sentence.Contains(Closed, StringComparison.Ordinal) ? new ClosedBeforeConnackException(sentence, e) : new IOException(sentence, e);
        }
    }

    private string Where => $"{_options.Url.Host}:{_options.Port}";

    private string Sentence(Exception e, TimeSpan after)
    {
        var causes = Causes(e).ToList();
        var socket = causes.OfType<SocketException>().FirstOrDefault();
        if (_tls.Refusal is not null)
        {
            return $"{Where}: {_tls.Refusal}";
        }

        return socket?.SocketErrorCode switch
        {
            SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => $"{_options.Url.Host} has no address (DNS): check the url and the name server",
            SocketError.ConnectionRefused => $"{Where} refuses TCP connections: the broker is not running there, or the port is wrong",
            SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable => $"{Where} is not reached ({socket.SocketErrorCode}): check the WAN and the firewall",
            _ when causes.OfType<AuthenticationException>().FirstOrDefault() is { } tls => $"{Where}: TLS failed: {tls.Message}; {_tls.ClientText}",
            _ when _options.Secure => $"{Where} {Closed} ({after.TotalSeconds:0.0} s after the start); {_tls.ClientText}: the broker may not accept it",
            _ => $"{Where} {Closed}: {e.Message}",
        };
    }

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }

    private MqttClientOptions Build(byte[] lastWill, string clientId)
    {
        var builder = new MqttClientOptionsBuilder()
            .WithTcpServer(_options.Url.Host, _options.Port)
            .WithClientId(clientId)
            .WithProtocolVersion(_options.Version311 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500)
            .WithCleanSession(lastWill.Length == 0) // what is ordered while the line is down waits at the broker; a test leaves nothing there
            .WithSessionExpiryInterval(lastWill.Length == 0 ? 0u : SessionKept)
            .WithKeepAlivePeriod(TimeSpan.FromSeconds(30))
            .WithTimeout(TimeSpan.FromSeconds(20));
        if (lastWill.Length > 0)
        {
            builder = builder.WithWillTopic(_options.TopicBase + "/state").WithWillPayload(lastWill).WithWillRetain()
                .WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        }

        if (_options.User is not null)
        {
            builder = builder.WithCredentials(_options.User, _options.PasswordFile is null ? "" : File.ReadAllText(_options.PasswordFile).TrimEnd('\r', '\n'));
        }

        if (_options.Secure)
        {
            builder = builder.WithTlsOptions(tls =>
            {
                tls.UseTls().WithTargetHost(_options.Url.Host)
                    .WithSslProtocols(SslProtocols.Tls12 | SslProtocols.Tls13)
                    .WithCertificateValidationHandler(context => _tls.Accepts(context.Certificate, context.SslPolicyErrors, _options.Url.Host));
                if (_tls.Client is { } certificate)
                {
                    tls.WithClientCertificates([certificate]);
                }
            });
        }

        return builder.Build();
    }

    /// <summary>The broker was reached and said nothing, or nothing that was understood.</summary>
    private sealed class ClosedBeforeConnackException(string sentence, Exception? cause) : IOException(sentence, cause);
}
