namespace Simulation.Plc.Medium;

/// <summary>A power line network: its nodes, its medium, and what is wrong with it. With a seed it is one run. Start from a named plan and change what matters: <c>PowerLinePlan.Measured with { Nodes = 300 }</c>.</summary>
public sealed record PowerLinePlan
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "quiet";

    /// <summary>Nodes of its own.</summary>
    public int Nodes { get; init; } = 100;

    /// <summary>Number of the first: two lines of one street have numbers of their own.</summary>
    public int FirstNumber { get; init; } = 1;

    /// <summary>How it is modulated.</summary>
    public PlcPhy Phy { get; init; } = PlcPhy.PrimeDbpsk;

    /// <summary>How many hang on the coordinator, behind one switch, behind two, ..: shares, which sum up to 1.</summary>
    public IReadOnlyList<double> Levels { get; init; } = [0.45, 0.35, 0.15, 0.05];

    /// <summary>Nodes that one switch carries at most.</summary>
    public int NodesOfSwitch { get; init; } = 20;

    /// <summary>When nodes are there.</summary>
    public PresenceShape Presence { get; init; }

    /// <summary>Share of nodes that are never there, whatever the shape.</summary>
    public double NeverThere { get; init; }

    /// <summary>How often a day each switch vanishes; its branch comes back through another after 5 to 30 minutes, or when it does.</summary>
    public double SwitchFailuresPerDay { get; init; }

    /// <summary>Times in which the feeder is dead and nobody is there, UTC.</summary>
    public IReadOnlyList<(DateTime From, DateTime To)> Outages { get; init; } = [];

    /// <summary>Times in which single nodes, by their numbers, are not there, UTC; who hangs on them comes back through another.</summary>
    public IReadOnlyList<(int Number, DateTime From, DateTime To)> Away { get; init; } = [];

    /// <summary>Nodes that are built in later, spread over the tree, none of which carries others.</summary>
    public int Newcomers { get; init; }

    /// <summary>When, UTC, all at once.</summary>
    public DateTime NewcomersAt { get; init; }

    /// <summary>Share of PPDUs that a hop of middling quality loses in a quiet hour.</summary>
    public double Loss { get; init; }

    /// <summary>By how much that is to be multiplied in each hour of the day, UTC.</summary>
    public IReadOnlyList<double> LossByHour { get; init; } = Flat;

    /// <summary>By how much on each phase.</summary>
    public IReadOnlyList<double> LossByPhase { get; init; } = [1, 1, 1];

    /// <summary>Share of acknowledgements that are lost though the PPDU arrived.</summary>
    public double AcknowledgementLoss { get; init; }

    /// <summary>Times that a PPDU is sent before its message is given up.</summary>
    public int Tries { get; init; } = 6;

    /// <summary>Places in which those that want to transmit begin: two in the same one collide. It grows with their number. 0: nobody ever collides.</summary>
    public int ContentionWindow { get; init; }

    /// <summary>How often a node is asked whether it is still there (PRIME); it is taken for gone after two rounds. Zero: never.</summary>
    public TimeSpan AliveEvery { get; init; } = TimeSpan.FromSeconds(2048);

    /// <summary>Neighbours' nodes that are heard here now and then, and join where they are let in.</summary>
    public int Foreigners { get; init; }

    /// <summary>Share of the own nodes that join at the neighbour's for some hours of each day: gone from here.</summary>
    public double Strays { get; init; }

    /// <summary>Pairs of nodes that tell the same serial number.</summary>
    public int DuplicateSerials { get; init; }

    /// <summary>How often a day a node changes phase and channel, gone for half a minute meanwhile (PRIME 1.4).</summary>
    public double HopsPerDay { get; init; }

    /// <summary>Nothing is wrong at all, and nobody collides: what an ideal schedule is measured on.</summary>
    public static PowerLinePlan Quiet { get; } = new();

    /// <summary>Presence as measured, with some loss.</summary>
    public static PowerLinePlan Measured { get; } = new()
    {
        Name = "measured", Presence = PresenceShape.Measured, Loss = 0.05, LossByHour = Evenings, LossByPhase = [1, 1.2, 0.8], AcknowledgementLoss = 0.01, ContentionWindow = 32,
    };

    /// <summary>Evening noise: nodes go for hours, and PPDUs are lost.</summary>
    public static PowerLinePlan Evening { get; } = Measured with { Name = "evening", Presence = PresenceShape.Evening };

    /// <summary>Switches fail and take their branches.</summary>
    public static PowerLinePlan Branches { get; } = Measured with { Name = "branches", Presence = PresenceShape.Branches, SwitchFailuresPerDay = 4 };

    /// <summary>A tenth of the nodes flaps.</summary>
    public static PowerLinePlan Flapping { get; } = Measured with { Name = "flapping", Presence = PresenceShape.Flapping };

    /// <summary>A fifth is there for one hour in sixty days, at bad hours, and one in fifty never.</summary>
    public static PowerLinePlan Rare { get; } = Measured with { Name = "rare", Presence = PresenceShape.Rare, NeverThere = 0.02 };

    /// <summary>A bad feeder: 30 % loss, one node in twenty never there, strays, foreigners, equal serial numbers, hopping nodes and failing switches. Add outages as the test needs them.</summary>
    public static PowerLinePlan BadFeeder { get; } = Measured with
    {
        Name = "bad-feeder", Presence = PresenceShape.Flapping, Loss = 0.30, LossByHour = Flat, NeverThere = 0.05, SwitchFailuresPerDay = 2, Foreigners = 5, Strays = 0.01, DuplicateSerials = 1, HopsPerDay = 0.5,
    };

    /// <summary>The named plans.</summary>
    public static IReadOnlyDictionary<string, PowerLinePlan> ByName { get; } = new[] { Quiet, Measured, Evening, Branches, Flapping, Rare, BadFeeder }.ToDictionary(plan => plan.Name);

    private static double[] Flat => [.. Enumerable.Repeat(1.0, 24)];

    /// <summary>Quiet nights, a breakfast, and the evening when everybody cooks (hours of UTC).</summary>
    private static double[] Evenings => [0.5, 0.5, 0.5, 0.5, 0.5, 1, 1.5, 1.5, 1, 1, 1, 1.2, 1.2, 1, 1, 1.2, 2, 3, 4, 4, 4, 3, 2, 1];
}
