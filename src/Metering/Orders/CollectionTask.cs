namespace Metering.Orders;

/// <summary>How urgent one kind of work is beside another on the same medium; the first goes first.</summary>
public enum WorkClass : byte
{
    Alarm, Breaker, OnDemand, Billing, Profile, Firmware,
}

/// <summary>Something the box reads by itself, again and again.</summary>
/// <param name="Read">What: see <see cref="ReadOrder.What"/>.</param>
/// <param name="Every">How often; not looked at where <see cref="Months"/> are set.</param>
/// <param name="Start">When the first run of a day begins, local time.</param>
/// <param name="Due">Until when a run's values are wanted, local time of the day; null where nothing is promised.</param>
public sealed record CollectionTask(string Read, TimeSpan Every, TimeSpan Start, TimeSpan? Due)
{
    private readonly string? _name;

    /// <summary>Which of the box's tasks it is: two may read the same. What it reads, where nothing else is said.</summary>
    public string Name
    {
        get => _name ?? Read;
        init => _name = value;
    }

    /// <summary>Before or behind other tasks.</summary>
    public WorkClass Class { get; init; } = WorkClass.Profile;

    /// <summary>Runs on the first day of every so many months (12: of January); 0 for a period of days or less.</summary>
    public int Months { get; init; }

    /// <summary>Only these meters.</summary>
    public MeterSelection Meters { get; init; } = MeterSelection.All;

    /// <summary>What becomes of the values.</summary>
    public ReadingUse Use { get; init; }

    /// <summary>It asks for rows by their time: what is stored already is not asked again.</summary>
    public bool IsByTime => Read.EndsWith("-profile", StringComparison.Ordinal) || Read.EndsWith("-log", StringComparison.Ordinal);

    /// <summary>It reads this meter.</summary>
    public bool Concerns(MeterId meter) => Meters.Contains(meter);
}
