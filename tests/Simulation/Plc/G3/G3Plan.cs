namespace Simulation.Plc.G3;

/// <summary>How a G3 network behaves.</summary>
/// <param name="Seed">Everything that is random in it.</param>
public sealed record G3Plan(int Seed)
{
    /// <summary>Networks of neighbours that a discovery finds.</summary>
    public IReadOnlyList<G3Neighbour> Neighbours { get; init; } = [];

    /// <summary>Within which time after the network started a node begins to join.</summary>
    public TimeSpan JoinsWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a node waits for an answer to its wish to join before it wishes again; twice as long each time.</summary>
    public TimeSpan WishesAgain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The longest wait between two wishes. No document at hand says it. With 5 min the wishes of 1,200 nodes alone want 1.3 times the time of the medium, and nobody joins for hours, whatever the
    /// host does: measured, seed 12 of `branches`; such a device would not have passed a field trial.
    /// </summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>A node that was away for so long begins anew: it joins again.</summary>
    public TimeSpan ForgetsAfter { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// A node that heard nothing it can open for so long begins anew: its coordinator has another key, another network, or is gone. No document at hand says how long real ones wait.
    /// </summary>
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromHours(12);

    /// <summary>The UDP port of the meters.</summary>
    public ushort Port { get; init; } = 4059;

    /// <summary>Entries of the modem's routing table; the route that was used longest ago goes.</summary>
    public int Routes { get; init; } = 150;

    /// <summary>Nodes that may join at once.</summary>
    public int JoinSlots { get; init; } = 5;

    /// <summary>Time from INITIALIZE to ready; null for a draw between 100 ms and 1 s.</summary>
    public TimeSpan? ReadyAfter { get; init; }
}

/// <summary>A network next door.</summary>
public sealed record G3Neighbour(ushort Pan, byte Lqi, ushort Agent = 0, ushort Cost = 0);
