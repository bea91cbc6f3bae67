namespace Simulation.Plc.Medium;

/// <summary>One node of a power line: the modem of a meter.</summary>
public sealed class PlcNode
{
    internal PlcNode(int number, byte[] eui, string serial, bool isForeign) => (Number, EuiOctets, Eui, Serial, IsForeign) = (number, eui, Convert.ToHexString(eui), serial, isForeign);

    /// <summary>Its number, from 1 on this line (or from the plan's first).</summary>
    public int Number { get; }

    /// <summary>EUI-48 (PRIME) or EUI-64 (G3) in upper-case hex.</summary>
    public string Eui { get; }

    /// <summary>The same as octets.</summary>
    public ReadOnlyMemory<byte> EuiOctets { get; }

    /// <summary>What it tells as its meter's serial number; two may tell the same.</summary>
    public string Serial { get; }

    /// <summary>A neighbour's: it is heard here by crosstalk, and belongs to another concentrator.</summary>
    public bool IsForeign { get; }

    /// <summary>It may carry others.</summary>
    public bool IsSwitch { get; internal set; }

    /// <summary>The node it hangs on by the plan of the street; null: the coordinator itself.</summary>
    public PlcNode? Home { get; internal set; }

    /// <summary>The node it hangs on now; null: the coordinator itself.</summary>
    public PlcNode? Parent { get; internal set; }

    /// <summary>Nodes between it and the coordinator.</summary>
    public int Level => Parent is null ? 0 : Parent.Level + 1;

    /// <summary>Phase, 1 to 3.</summary>
    public int Phase { get; internal set; } = 1;

    /// <summary>Channel it speaks on (PRIME 1.4: 1 to 8).</summary>
    public int Channel { get; internal set; } = 1;

    /// <summary>It can be reached: its power is on, and so is every node's that carries it.</summary>
    public bool IsPresent { get; internal set; }

    /// <summary>How well it is heard by the node it hangs on, 0 to 1.</summary>
    public double Quality { get; internal set; } = 1;

    public override string ToString() => $"node {Number} {Eui}";
}
