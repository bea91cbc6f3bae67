using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders.Planner;

namespace Concentrator.Ports;

/// <summary>One driver's state.</summary>
public sealed record DriverView(
    string Name, string Family, string Port, LinkState State, string Sentence, DateTime? Since, IReadOnlyDictionary<string, string> Facts, IReadOnlyDictionary<string, long> Counters);

/// <summary>One head-end's state.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Url">Where it is, without secrets.</param>
/// <param name="Connected">A session is up.</param>
/// <param name="Sentence">What is wrong and what to do; null where all is well.</param>
/// <param name="Backlog">Undelivered records per class.</param>
/// <param name="Delivered">Batches settled since start.</param>
/// <param name="Duplicates">Batches sent more than once since start.</param>
/// <param name="DeadLetters">Rows the head-end refused, kept for a person.</param>
/// <param name="LastAcknowledged">UTC.</param>
public sealed record UpstreamView(
    string Name, string Url, bool Connected, string? Sentence, IReadOnlyDictionary<RecordClass, long> Backlog,
    long Delivered, long Duplicates, long DeadLetters, DateTime? LastAcknowledged);

/// <summary>The ledger's state.</summary>
/// <param name="Healthy">False in a storage fault.</param>
/// <param name="Sentence">What is wrong and what to do; null where all is well.</param>
public sealed record StorageView(
    bool Healthy, string? Sentence, ulong DurableSequence, int BooksSegments, int BulkSegments, long OctetsUsed, long OctetsFree, long Gaps, int? RebuildingPercent);

/// <summary>What is counted since start, in the order a frame travels.</summary>
public sealed record FlowCounters(long Heard, long Copies, long Foreign, long Decoded, long Undecodable, long Kept, long Stored, long Delivered, long Rejected);

/// <summary>Who stands behind the box's clock.</summary>
public sealed record ClockView(IReadOnlyList<ClockSourceView> Sources, TimeTrust Trust);

/// <summary>Everything at one moment.</summary>
/// <param name="Verdict">One sentence that says whether all is well.</param>
/// <param name="Well">Whether it is.</param>
public sealed record BoxStatus(
    string Id, string Version, ulong BootId, BoxTime Now, ClockView Clock, bool Well, string Verdict, int Meters, int MetersSilent, int MetersWithoutKey,
    FlowCounters Flow, StorageView Storage, IReadOnlyList<DriverView> Drivers, IReadOnlyList<UpstreamView> Upstreams)
{
    /// <summary>How much the collection will have in time, in one line; null where it does not know.</summary>
    public string? Forecast { get; init; }

    /// <summary>The same in numbers, for each task that something is promised of.</summary>
    public IReadOnlyList<CollectionForecast> Collection { get; init; } = [];

    /// <summary>Under which name it speaks with meters; null where it has none yet.</summary>
    public Installation? Installation { get; init; }
}

/// <summary>Says how the box is.</summary>
public interface IBoxStatus
{
    /// <summary>Now.</summary>
    BoxStatus Snapshot();
}

/// <summary>A head-end connection, as other rooms see it.</summary>
public interface IUpstream
{
    /// <summary>How it is.</summary>
    UpstreamView View { get; }

    /// <summary>Rows the head-end refused, oldest first.</summary>
    IReadOnlyList<DeadLetter> DeadLetters { get; }

    /// <summary>Sends the batches of all refused rows again, as soon as there is a session. Gives how many rows wait for it.</summary>
    int SendDeadLettersAgain();

    /// <summary>Sends a range of the ledger again, as far as it is kept; false where too many ranges wait already.</summary>
    bool SendAgain(ulong first, ulong last);

    /// <summary>Connects once on the side and says each step in a sentence (DNS, TCP, TLS, CONNACK, PUBACK).</summary>
    IAsyncEnumerable<UpstreamTestStep> TestAsync(CancellationToken stop);
}

/// <summary>One step of a connection test.</summary>
public sealed record UpstreamTestStep(string Step, bool Passed, double Milliseconds, string Sentence);

/// <summary>A frame as it passed, for watching.</summary>
public sealed record FrameGlimpse(DateTime? At, string Source, MeterId Meter, int? RssiDbm, string Outcome, ReadOnlyMemory<byte> Octets);

/// <summary>Frames as they pass.</summary>
public interface IFrameFeed
{
    /// <summary>From now on; a slow watcher loses frames, never the box.</summary>
    IAsyncEnumerable<FrameGlimpse> WatchAsync(CancellationToken stop);
}
