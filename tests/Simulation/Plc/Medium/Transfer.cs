namespace Simulation.Plc.Medium;

/// <summary>One message on its way.</summary>
internal sealed class Transfer
{
    private readonly Action<bool>? _done;

    internal Transfer(PlcNode node, bool isUp, int octets, AirKind kind, Action<bool> done) => (Node, IsUp, Octets, Kind, _done) = (node, isUp, octets, kind, done);

    /// <summary>To everybody.</summary>
    internal Transfer(IReadOnlyList<PlcNode> all, int octets, Action<IReadOnlyList<PlcNode>> reached) => (All, Octets, Kind, Reached) = (all, octets, AirKind.Useful, reached);

    internal PlcNode? Node { get; }

    internal IReadOnlyList<PlcNode>? All { get; }

    internal Action<IReadOnlyList<PlcNode>>? Reached { get; }

    internal bool IsUp { get; }

    internal int Octets { get; }

    internal AirKind Kind { get; }

    /// <summary>Air time of its PPDUs.</summary>
    internal long[] Ppdus { get; set; } = [];

    /// <summary>The PPDU that is under way, the hop it is at, and how often it was sent.</summary>
    internal int At { get; set; }

    internal int Hop { get; set; }

    internal int Tries { get; set; }

    /// <summary>It arrived over this hop, and its sender does not know.</summary>
    internal bool HasArrived { get; set; }

    /// <summary>Air time of what arrived: of the PPDU under way, of those before it, and of their acknowledgements.</summary>
    internal long UsefulOfPpdu { get; set; }

    internal long Useful { get; set; }

    internal long Acknowledged { get; set; }

    /// <summary>The coordinator itself has it.</summary>
    internal bool IsAtCoordinator => !IsUp && Hop == 0;

    /// <summary>The lower end of the hop it is at: the node whose hop it is.</summary>
    internal PlcNode Lower
    {
        get
        {
            var node = Node!;
            for (var up = IsUp ? Hop : node.Level - Hop; up > 0 && node.Parent is { } parent; up--)
            {
                node = parent;
            }

            return node;
        }
    }

    internal void End(bool arrived) => _done!(arrived);
}
