using Drivers.Dlms;
using Metering;
using Metering.Driver;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>One device, as long as anything is known of it. Changed under the lock of its network only, but for what one loop alone touches.</summary>
/// <param name="name">Its EUI as it is printed, in upper-case hex.</param>
internal sealed class G3Node(Eui64 eui, string name)
{
    /// <summary>As the modem gives it.</summary>
    internal Eui64 Eui => eui;

    internal string Name => name;

    /// <summary>Its short address, which it keeps; 0 before it has one.</summary>
    internal ushort Address { get; set; }

    internal NodeState State { get; set; } = NodeState.Quarantined;

    internal string Sentence { get; set; } = "";

    /// <summary>Why it was turned away; none where it was not.</summary>
    internal MissReason Turned { get; set; }

    /// <summary>The meter behind it; none while that is not known.</summary>
    internal MeterId Meter { get; set; }

    /// <summary>How many hops away it is; null where that is not known.</summary>
    internal int? Level { get; set; }

    /// <summary>Nodes on the way to it, the farthest last.</summary>
    internal IReadOnlyList<G3Node> Way { get; set; } = [];

    /// <summary>How many others' data it carries.</summary>
    internal int Carries { get; set; }

    /// <summary>How well its last hop is heard, of 255; smoothed. Null before anything came.</summary>
    internal double? Lqi { get; set; }

    /// <summary>When it was heard last, by the clock's time stamps; null: not in this life of the driver.</summary>
    internal long? LastHeard { get; set; }

    /// <summary>Nobody expects it here any more: it was put out.</summary>
    internal bool IsUnlisted { get; set; }

    /// <summary>When it was put out last, by the clock's time stamps; null where it came in since: it may not have heard of it.</summary>
    internal long? PutOutAt { get; set; }

    /// <summary>When its path was asked for last.</summary>
    internal long? PathAsked { get; set; }

    /// <summary>When no way was found to it; null where a way is presumed.</summary>
    internal long? GivenUp { get; set; }

    /// <summary>How often a route was looked for in vain since.</summary>
    internal int Revivals { get; set; }

    /// <summary>Joins that were begun and not completed.</summary>
    internal int JoinsFailed { get; set; }

    /// <summary>Until when its joins are declined, and for which keys.</summary>
    internal (long From, long Keys)? Spared { get; set; }

    /// <summary>The orders of its meter; null before the meter is known.</summary>
    internal MeterQueue? Queue { get; set; }

    /// <summary>Who was expected behind it when its meter came to be known; null for nobody.</summary>
    internal ExpectedMeter? ExpectedThen { get; set; }

    /// <summary>Completes when another meter is expected behind it than the one whose orders are worked.</summary>
    internal TaskCompletionSource Reassigned { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The way of a visit that is open; null where none is.</summary>
    internal G3NodeLink? Link { get; set; }

    /// <summary>One packet to it at a time.</summary>
    internal SemaphoreSlim Turn { get; } = new(1);

    /// <summary>Completes when it joins again.</summary>
    internal TaskCompletionSource Returned { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The meter that was told to be readable here; none for none.</summary>
    internal MeterId ToldMeter { get; set; }

    /// <summary>What was told of it last.</summary>
    internal NetworkNode? Told { get; set; }

    /// <summary>It waits to be told.</summary>
    internal bool IsChanged { get; set; }

    /// <summary>It takes data, as far as is known.</summary>
    internal bool IsInNetwork => State is NodeState.Registered or NodeState.Connected;

    /// <summary>What is kept of that: one that was given up did not notice.</summary>
    internal G3Membership Membership => IsInNetwork ? G3Membership.In : GivenUp is null ? G3Membership.Out : JoinsFailed > 0 || PutOutAt is not null ? G3Membership.LetIn : G3Membership.In;

    /// <summary>Why its meter gives nothing now.</summary>
    internal MissReason Why => State switch
    {
        NodeState.Quarantined => MissReason.NotListed,
        NodeState.Refused => Turned,
        NodeState.Gone when IsUnlisted => MissReason.NotListed,
        NodeState.Gone when Spared is not null => MissReason.WrongKey, // its joins failed often before, and it has not been in since
        NodeState.Gone when Way.Any(carrier => carrier.State == NodeState.Gone) => MissReason.BranchDown,
        NodeState.Gone => MissReason.Absent,
        NodeState.Connected => MissReason.None,
        _ => MissReason.NotConnected,
    };

    /// <summary>As it stands.</summary>
    internal NetworkNode Snapshot => new(name, Address == 0 ? "" : Address.ToString("X4", System.Globalization.CultureInfo.InvariantCulture), State, Sentence)
    {
        Meter = Meter, Why = Why, Parent = Way.Count > 0 ? Way[^1].Name : null, Level = Level, IsSwitch = Carries > 0, QualityPercent = Lqi is { } lqi ? (int)Math.Round(lqi * 20 / byte.MaxValue) * 5 : null,
    };
}
