namespace Simulation.Plc.Medium;

/// <summary>
/// A power line: one medium for a coordinator and its nodes. One transmission at a time, half duplex, hop by hop without spatial reuse. Messages are cut into PPDUs; whoever has one to send waits
/// for the channel and may collide; what is lost is sent again, until it is given up. One plan and one seed are one run.
/// </summary>
public sealed class PowerLine : IDisposable
{
    private readonly Channel _channel;
    private readonly StreetTree _tree;

    /// <summary>Builds it; its time begins now.</summary>
    public PowerLine(PowerLinePlan plan, int seed, TimeProvider clock)
    {
        (Plan, Seed, Time) = (plan, seed, new LineTime(clock));
        _tree = StreetTree.Plant(plan, seed);
        Presence = new Presence(plan, seed, _tree.Nodes);
        Noise = new LineNoise(plan, seed);
        _channel = new Channel(plan, seed, Time, Noise, _tree.Nodes.Count(node => node.IsSwitch));
        var now = Time.Now;
        foreach (var node in _tree.Nodes)
        {
            node.IsPresent = Presence.IsPresent(node, now);
            Settle(node, now);
        }

        foreach (var node in _tree.Nodes)
        {
            Follow(node, now);
        }
    }

    /// <summary>How it is built.</summary>
    public PowerLinePlan Plan { get; }

    /// <summary>Everything that is random in it.</summary>
    public int Seed { get; }

    /// <summary>How it is modulated.</summary>
    public PlcPhy Phy => Plan.Phy;

    /// <summary>Its time: what stands on the line (modem, meters) has no timers of its own and uses this.</summary>
    public LineTime Time { get; }

    /// <summary>Who is there when, also in the future.</summary>
    public Presence Presence { get; }

    /// <summary>What is lost where and when.</summary>
    public LineNoise Noise { get; }

    /// <summary>All nodes: the own ones by their numbers, then the neighbours'.</summary>
    public IReadOnlyList<PlcNode> Nodes => _tree.Nodes;

    /// <summary>What the medium was used for until now.</summary>
    public MediumUse Use => _channel.Use;

    /// <summary>Somebody came or went, hangs on another node, or changed phase or channel.</summary>
    public event Action<PlcNode>? Changed;

    /// <summary>A message from the coordinator to a node.</summary>
    /// <param name="octets">Octets of its APDU; the overhead of the layers below is known here.</param>
    /// <param name="done">False: given up.</param>
    public void Down(PlcNode node, int octets, Action<bool> done) => _channel.Send(new Transfer(node, false, octets, AirKind.Useful, done));

    /// <summary>A message from a node to the coordinator.</summary>
    public void Up(PlcNode node, int octets, Action<bool> done) => _channel.Send(new Transfer(node, true, octets, AirKind.Useful, done));

    /// <summary>What the network says to itself: registration, promotion, connections, key exchange; counted apart.</summary>
    /// <param name="isUp">From the node to the coordinator.</param>
    public void Control(PlcNode node, bool isUp, int octets, Action<bool> done) => _channel.Send(new Transfer(node, isUp, octets, AirKind.Control, done));

    /// <summary>A message to everybody, repeated once by each level of switches and acknowledged by nobody.</summary>
    /// <param name="done">Those it reached.</param>
    public void Broadcast(int octets, Action<IReadOnlyList<PlcNode>> done) => _channel.Send(new Transfer(Nodes, octets, reached => done(reached)));

    public void Dispose() => Time.Dispose();

    /// <summary>Waits for the next change of a node.</summary>
    private void Follow(PlcNode node, DateTime now)
    {
        var next = Presence.NextChange(node, now);
        Time.At(next, () =>
        {
            Turn(node, next);
            Follow(node, next);
        });
    }

    private void Turn(PlcNode node, DateTime now)
    {
        var (was, parent, phase, channel) = (node.IsPresent, node.Parent, node.Phase, node.Channel);
        node.IsPresent = Presence.IsPresent(node, now);
        Settle(node, now);
        if (node.IsPresent != was || node.Parent != parent || node.Phase != phase || node.Channel != channel)
        {
            Changed?.Invoke(node);
        }
    }

    /// <summary>Where a node hangs on now: a node whose switch is gone comes back through another.</summary>
    private void Settle(PlcNode node, DateTime now)
    {
        (node.Phase, node.Channel) = Presence.PlaceOf(node, now);
        if (node.IsPresent)
        {
            node.Parent = Presence.CarrierOf(node, now);
            node.Quality = Noise.QualityOf(node);
        }
    }
}
