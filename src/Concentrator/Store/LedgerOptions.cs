using Metering.Ledger;

namespace Concentrator.Store;

/// <summary>How the ledger is run.</summary>
internal sealed record LedgerOptions
{
    /// <summary>Octets of one segment file.</summary>
    public int SegmentOctets { get; init; } = 4 * 1024 * 1024;

    /// <summary>Octets the bulk log may take before its oldest segment is dropped.</summary>
    public long BulkOctets { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>Octets of the file system that stay free; below, the oldest bulk segment makes room.</summary>
    public long FreeFloorOctets { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long a batch of readings waits for company.</summary>
    public Func<TimeSpan> ReadingWindow { get; init; } = () => TimeSpan.FromSeconds(10);

    /// <summary>A batch of so many octets does not wait any longer.</summary>
    public int BatchOctets { get; init; } = 64 * 1024;

    /// <summary>Octets of readings that are kept in RAM through a storage fault; then the oldest go, and a gap says how many.</summary>
    public int HeldOctets { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long after a storage fault the disk is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>True where everything up to a sequence was delivered, so that its segment may go without a gap.</summary>
    public Func<ulong, bool> IsDelivered { get; init; } = _ => false;

    /// <summary>The window of an urgency.</summary>
    public TimeSpan WindowOf(Urgency urgency) => urgency switch
    {
        Urgency.Order => TimeSpan.FromMilliseconds(50),
        Urgency.OnDemand => TimeSpan.FromMilliseconds(100),
        _ => ReadingWindow(),
    };
}
