namespace Simulation.Plc.Prime;

/// <summary>How a PRIME network and its base node behave.</summary>
public sealed record PrimePlan
{
    /// <summary>Everything that is random in it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>EUI-48 of the base node: the address of its subnetwork.</summary>
    public string Sna { get; init; } = "404022AABBCC";

    /// <summary>What it tells as its firmware.</summary>
    public string Firmware { get; init; } = "S14.03.01";

    /// <summary>Its power on until it takes its first request; what comes before vanishes.</summary>
    public TimeSpan Boots { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A node that sees the network registers within so long.</summary>
    public TimeSpan JoinsWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A node that was turned away, or not heard, tries again after so long, and after twice as long each further time, up to the longest.</summary>
    public TimeSpan TriesAgain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest of these.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A registered node opens its 4-32 connection within so long, and again so long after it was released.</summary>
    public TimeSpan ConnectsWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Records in one part of a list.</summary>
    public int RecordsInPart { get; init; } = 20;

    /// <summary>Security profile of the nodes (1.4): with 1 or 2 the base needs the device unique key of each that registers under it.</summary>
    public byte NodeProfile { get; init; }

    /// <summary>Numbers of nodes that register without security whatever is asked for.</summary>
    public IReadOnlyList<int> LowProfile { get; init; } = [];

    /// <summary>Numbers of nodes that register, and open no 4-32 connection ever.</summary>
    public IReadOnlyList<int> WithoutConnection { get; init; } = [];

    /// <summary>A frame longer than the receive buffer stops the modem until its power was off; false: it is only lost.</summary>
    public bool StopsOnOverrun { get; init; } = true;
}
