using System.Net;

namespace Concentrator.Settings;

/// <summary>Everything a box is told (CONTRACTS section 4), checked. Plain values: rooms get the parts they need.</summary>
internal sealed record BoxSettings(
    string Id, string Profile, string Flag, IReadOnlyList<UpstreamSettings> Upstreams, IReadOnlyList<DriverSettings> Drivers, string? KeysFile,
    IPEndPoint HttpListen, IReadOnlyList<string> TimeSources, MeterSettings Meters, IReadOnlyList<IssuerSettings> Issuers,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Roles, IReadOnlyList<Metering.Orders.CollectionTask> Tasks, string StateDirectory, string SocketPath)
{
    /// <summary>What orders need besides a role and a signature.</summary>
    internal OrderSettings Orders { get; init; } = new(20, []);

    /// <summary>The consumers' side; null where there is none.</summary>
    internal HomeSettings? Home { get; init; }

    /// <summary>The effective values as text, a line each: what the books keep of a configuration that was applied.</summary>
    internal string Text { get; init; } = "";

    /// <summary>How much the log tells.</summary>
    internal LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>In which billing days are cut; null for the system's own zone.</summary>
    internal TimeZoneInfo? Zone { get; init; }
}

/// <summary>Limits of orders.</summary>
/// <param name="SuppliesAnHour">Meters whose supply may be switched within an hour.</param>
/// <param name="NeedApproval">Verbs that wait for the word of a second one.</param>
internal sealed record OrderSettings(int SuppliesAnHour, IReadOnlyList<string> NeedApproval);

/// <summary>One head-end.</summary>
internal sealed record UpstreamSettings(
    string Name, Uri Url, bool HeadEndAcknowledges, string? Ca, string? Certificate, string? Key, string? User, string? PasswordFile, string TopicBase)
{
    /// <summary>The door that head-ends come to; null where the box goes to the head-end.</summary>
    internal DoorSettings? Door { get; init; }
}

/// <summary>A door for head-ends that speak DLMS.</summary>
/// <param name="Listen">Where.</param>
/// <param name="Allow">Networks that may come.</param>
/// <param name="Connections">Connections at a time.</param>
/// <param name="PerClient">Of these from one address.</param>
/// <param name="IdleAfter">A silent connection is closed.</param>
/// <param name="PassThrough">Meters that may be spoken with through the box: ids, or beginnings with * behind them.</param>
/// <param name="Mechanism">hls-gmac or lls.</param>
/// <param name="Suite">Security suite.</param>
internal sealed record DoorSettings(
    IPEndPoint Listen, IReadOnlyList<IPNetwork> Allow, int Connections, int PerClient, TimeSpan IdleAfter, IReadOnlyList<string> PassThrough, string Mechanism, int Suite);

/// <summary>The consumers' side of the box (H1, H2, H3).</summary>
/// <param name="Listen">Where home automation comes to; null where only displays on lines are.</param>
internal sealed record HomeSettings(IPEndPoint? Listen, string? Certificate, string? Key, IReadOnlyList<HomeConsumerSettings> Consumers);

/// <summary>A consumer.</summary>
/// <param name="TokenFile">Holds what the consumer's devices prove themselves by; null where there is only a display.</param>
/// <param name="Display">Device path of the line to a display, or null.</param>
internal sealed record HomeConsumerSettings(string Name, IReadOnlyList<Metering.MeterId> Meters, string? TokenFile, TimeSpan Refresh, string? Display);

/// <summary>One modem or radio.</summary>
internal sealed record DriverSettings(string Name, string Family, string Port, string Mode, DlmsSettings Dlms)
{
    /// <summary>What a power line modem needs more.</summary>
    internal PowerLineSettings PowerLine { get; init; } = new(null, 0x781D, "cenelec-a", 4059, false, null, null);
}

/// <summary>What a driver of family prime or g3 needs more; null where the driver's own value is as good as any.</summary>
internal sealed record PowerLineSettings(int? Baud, int Pan, string Band, int UdpPort, bool EuiReversed, int? SecurityProfile, int? MetersAtOnce);

/// <summary>What a driver of family dlms needs more.</summary>
internal sealed record DlmsSettings(
    string Framing, int Baud, int Physical, string Profile, string? Meter, int Client, int Server, string Mechanism, int Suite, bool Ciphered, bool Dedicated,
    string SignOn = "", int GatewayNetwork = 0, string? GatewayAddress = null)
{
    /// <summary>The driver's port is an address that meters push to.</summary>
    internal bool Listens { get; init; }

    /// <summary>The driver asks nothing: meters speak by themselves.</summary>
    internal bool OnlyHears => Listens || Framing is "push" or "push-hdlc" or "push-mbus" or "p1";

    /// <summary>How it associates, beyond mechanism and suite.</summary>
    internal AssociationDetails Association { get; init; } = new();

    /// <summary>Standard time of the meter's zone, minutes east of UTC; null where it is not set.</summary>
    internal short? Offset { get; init; }

    /// <summary>The push object list of meters whose pushes name nothing.</summary>
    internal IReadOnlyList<string> PushObjects { get; init; } = [];
}

/// <summary>How APDUs of a DLMS association are protected, and by whose keys. Files are paths.</summary>
internal sealed record AssociationDetails
{
    /// <summary>authenticated, encrypted or both.</summary>
    internal string Protection { get; init; } = "both";

    internal bool IsGeneral { get; init; }

    /// <summary>identified, one-pass or static; none: no general-ciphering.</summary>
    internal string GeneralCiphering { get; init; } = "none";

    internal bool IsSigned { get; init; }

    internal int Challenge { get; init; } = 16;

    internal bool IsPreEstablished { get; init; }

    internal string? MeterTitle { get; init; }

    internal string? Counter { get; init; }

    internal string? Certificate { get; init; }

    internal string? Key { get; init; }

    internal string? AgreementKey { get; init; }

    internal string? Ca { get; init; }

    internal string? MeterCertificate { get; init; }

    internal string? MeterAgreement { get; init; }
}

/// <summary>Which meters, what is kept of them, how soon it is committed.</summary>
/// <param name="AcceptAll">False: only those in the keys file, imported or expected.</param>
/// <param name="Keep">Slot per meter on the air; zero keeps all.</param>
/// <param name="Commit">How long readings wait for company; null: 1 s below 200 meters, else 10 s.</param>
internal sealed record MeterSettings(bool AcceptAll, TimeSpan Keep, TimeSpan? Commit);

/// <summary>Who may sign orders.</summary>
internal sealed record IssuerSettings(string KeyId, string PublicKey, IReadOnlyList<string> Orders);
