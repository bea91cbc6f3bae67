namespace Concentrator.Upstream.Mqtt;

/// <summary>How one head-end is reached.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Url">mqtts:// or mqtt:// with host and port.</param>
/// <param name="HeadEndAcknowledges">True: only the head-end's own message settles a batch; false: PUBACK does.</param>
/// <param name="Ca">File with the certificate authorities; null for the system's.</param>
/// <param name="Certificate">File with the client certificate, or null.</param>
/// <param name="Key">File with its key, or null.</param>
/// <param name="User">User name, or null.</param>
/// <param name="PasswordFile">File with the password, or null.</param>
/// <param name="TopicBase">Base of all topics, the box's id in its place.</param>
/// <param name="BoxId">The box's id: client id at the broker.</param>
internal sealed record MqttUpstreamOptions(
    string Name, Uri Url, bool HeadEndAcknowledges, string? Ca, string? Certificate, string? Key, string? User, string? PasswordFile, string TopicBase, string BoxId)
{
    /// <summary>At most so many rows in a message.</summary>
    public int BatchRows { get; init; } = 500;

    /// <summary>At most so many octets of ledger payload in a message; as JSON about five times as many.</summary>
    public int BatchOctets { get; init; } = 48 * 1024;

    /// <summary>Messages that wait for the head-end's acknowledgement at a time.</summary>
    public int Window { get; init; } = 8;

    /// <summary>How long an acknowledgement may take before the batch is sent again.</summary>
    public TimeSpan AcknowledgeWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often health is told.</summary>
    public TimeSpan HealthEvery { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True where the broker is spoken to in MQTT 3.1.1.</summary>
    public bool Version311 { get; init; }

    /// <summary>Port of the URL, or MQTT's own.</summary>
    public int Port => Url.Port > 0 ? Url.Port : Secure ? 8883 : 1883;

    /// <summary>TLS.</summary>
    public bool Secure => Url.Scheme == "mqtts";
}
