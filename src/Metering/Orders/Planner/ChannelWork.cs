namespace Metering.Orders.Planner;

/// <summary>One driver's medium: who waits for it, who is being asked over it.</summary>
internal sealed class ChannelWork(string name)
{
    private static readonly Comparer<MeterWork> ByRank = Comparer<MeterWork>.Create((one, other) => one.Rank.CompareTo(other.Rank));

    internal string Name => name;

    /// <summary>Meters that are asked at the same time.</summary>
    internal int Slots { get; set; } = 1;

    internal int Running { get; set; }

    /// <summary>Fenced meters that are being asked: one at a time, beside the others.</summary>
    internal int FencedRunning { get; set; }

    /// <summary>Whose turn it is, the first first.</summary>
    internal SortedSet<MeterWork> Ready { get; } = new(ByRank);

    /// <summary>The same for those that are fenced.</summary>
    internal SortedSet<MeterWork> Fenced { get; } = new(ByRank);
}
