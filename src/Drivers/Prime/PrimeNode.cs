using Metering;
using Metering.Driver;
using Protocols.Usi.Prime;

namespace Drivers.Prime;

/// <summary>One node of the network, by its EUI-48. Everything in it belongs to the table it stands in, and changes under its lock.</summary>
internal sealed class PrimeNode(Eui48 eui)
{
    internal Eui48 Eui => eui;

    /// <summary>As other rooms know it.</summary>
    internal string Name { get; } = eui.ToString();

    internal NodeState State { get; set; } = NodeState.Gone;

    internal string Sentence { get; set; } = "";

    /// <summary>The switch it hangs on, and its number there.</summary>
    internal byte Sid { get; set; }

    internal ushort Lnid { get; set; }

    /// <summary>Its own number as a switch.</summary>
    internal byte Lsid { get; set; } = NetworkEvent.NoSwitch;

    /// <summary>The switch it hangs on, where that is known; null for the base node.</summary>
    internal PrimeNode? Parent { get; set; }

    /// <summary>Its 4-32 address; null without a connection.</summary>
    internal ushort? Address { get; set; }

    internal string? Serial { get; set; }

    /// <summary>Its connection is authenticated and encrypted; null where nobody told.</summary>
    internal bool? IsSecured { get; set; }

    internal int? QualityPercent { get; set; }

    /// <summary>The meter behind it, and its kind.</summary>
    internal MeterId Meter { get; set; }

    internal string? Profile { get; set; }

    /// <summary>The meter said itself who it is, now or before.</summary>
    internal bool SaidItself { get; set; }

    /// <summary>Nobody knows its meter: it is to be asked, not before this.</summary>
    internal bool IsToBeAsked { get; set; }

    internal long AskedAt { get; set; }

    internal int AskedInVain { get; set; }

    /// <summary>When something last happened to it, in the counting of the table: a list that was begun before says less.</summary>
    internal long Mark { get; set; }

    /// <summary>The open way to its meter.</summary>
    internal NodeLink? Link { get; set; }

    /// <summary>The orders of its meter.</summary>
    internal NodeWork? Work { get; set; }

    /// <summary>What was last told of it.</summary>
    internal NetworkNode? Told { get; set; }

    /// <summary>The meter can be asked.</summary>
    internal bool IsReadable => State == NodeState.Connected && !Meter.IsNone;

    internal bool IsSwitch => Lsid != NetworkEvent.NoSwitch;

    /// <summary>It carried others, now or before: they go with it.</summary>
    internal bool Carries { get; set; }

    /// <summary>Nobody expects it here any more, whether it is in the network or was put out of it.</summary>
    internal bool IsUnlisted { get; set; }

    /// <summary>It was never seen, though its meter is expected and the modem has its device unique key.</summary>
    internal bool IsAwaited { get; set; }

    /// <summary>How often the modem told that it has no device unique key of it though it was given one.</summary>
    internal int KeyDenied { get; set; }

    /// <summary>
    /// Why its meter gives nothing now. Only who was turned away for a key has no connection; who joined below the security profile has one, over which the box does not associate.
    /// </summary>
    internal MissReason Why => State switch
    {
        NodeState.Quarantined => MissReason.NotListed,
        NodeState.Refused when Address is not null => MissReason.AssociationRefused,
        NodeState.Refused => KeyDenied >= MostDenials ? MissReason.WrongKey : MissReason.KeyMissing,
        NodeState.Registered => MissReason.NotConnected,
        NodeState.Gone when IsUnlisted => MissReason.NotListed,
        NodeState.Gone when IsAwaited => MissReason.NeverRegistered,
        NodeState.Gone when Sid != 0 && Parent is { State: NodeState.Gone } => MissReason.BranchDown,
        NodeState.Gone => MissReason.Absent,
        _ => MissReason.None,
    };

    internal static bool WasReadable(NetworkNode? told) => told is { State: NodeState.Connected, Meter.IsNone: false };

    /// <summary>How many hops away; null where a switch on the way is not known.</summary>
    internal int? Level
    {
        get
        {
            var (level, node) = (1, this);
            for (; node.Sid != 0; node = node.Parent)
            {
                if (node.Parent is null || ++level > MostLevels)
                {
                    return null;
                }
            }

            return level;
        }
    }

    /// <summary>The first denial may be of the moment before the key came; the next is of the key that came.</summary>
    internal const int MostDenials = 2;

    /// <summary>No tree is deeper; a ring, which a list of two moments may show, has no end.</summary>
    private const int MostLevels = 63;

    /// <summary>The node as it stands, for everybody else.</summary>
    internal NetworkNode View() => new(Name, Address is { } address ? $"{address:X3}" : "", State, Sentence)
    {
        Meter = Meter, Why = Why, Serial = Serial, Parent = Sid == 0 ? null : Parent?.Name, Level = Level, IsSwitch = IsSwitch, QualityPercent = QualityPercent,
    };
}
