using System.Text;
using Metering;
using Metering.Driver;
using Metering.Orders;

namespace Drivers.Prime;

/// <summary>Which meter is behind a node, and whether it is let in: by the shipment list, by what was kept of it, else it is asked.</summary>
internal sealed class NodeAdmission(PrimeOptions options, IMeterAdmission admission, IDriverMemory memory)
{
    /// <summary>Nodes refused because their connection is below the security profile.</summary>
    internal long BelowProfile { get; private set; }

    /// <summary>Connections that are not authenticated are refused.</summary>
    private bool DemandsSecurity => options.SecurityProfile > 0;

    /// <summary>Judges a node that has a connection.</summary>
    /// <param name="behind">The node a meter is reached through.</param>
    internal NodeVerdict Judge(PrimeNode node, Func<MeterId, PrimeNode?> behind)
    {
        var expected = admission.Find(node.Name, node.Serial);
        if (DemandsSecurity && node.IsSecured != true)
        {
            BelowProfile += node.State == NodeState.Refused ? 0 : 1;
            return new(NodeState.Refused, $"joined without the security profile {options.SecurityProfile} that {options.Name} demands: its connection is neither authenticated nor encrypted", expected?.Meter ?? default);
        }

        if (expected is not null)
        {
            return Judge(node, expected, behind);
        }

        if (!admission.AcceptsUnknown)
        {
            return new(NodeState.Quarantined, NotExpected(node));
        }

        return Kept(node) is { IsNone: false } meter ? new(NodeState.Connected, $"meter {meter} can be asked", meter, SaidItself: true)
            : new(NodeState.Connected, "connected; its meter is being asked who it is", MustBeAsked: true);
    }

    /// <summary>Who was found behind a node still is who is expected there.</summary>
    internal bool StillHolds(PrimeNode node) => admission.Find(node.Name, node.Serial) is { } expected
        ? expected.Meter == node.Meter && (expected.Profile ?? node.Profile) == node.Profile
        : admission.AcceptsUnknown && node.SaidItself;

    /// <summary>Who is expected behind a node, whatever it says; none for nobody.</summary>
    internal MeterId Expected(PrimeNode node) => admission.Find(node.Name, node.Serial) is { } expected && string.Equals(expected.Eui, node.Name, StringComparison.OrdinalIgnoreCase) ? expected.Meter : default;

    /// <summary>A meter that said itself who it is may be read.</summary>
    internal bool LetsIn(PrimeNode node, MeterId meter) => admission.AcceptsUnknown || admission.Find(node.Name, node.Serial)?.Meter == meter || admission.All.Any(expected => expected.Meter == meter);

    /// <summary>What is said of a node nobody expects.</summary>
    internal static string NotExpected(PrimeNode node) =>
        $"in quarantine: no expected meter has EUI {node.Name}{(node.Serial is { } serial ? $" or serial {serial}" : "")}; import its shipment row, or let unknown meters in";

    /// <summary>What is said of a node whose device unique key is missing.</summary>
    internal string NoUniqueKey(PrimeNode node)
    {
        var meter = admission.Find(node.Name, node.Serial)?.Meter ?? node.Meter;
        return $"turned away: the network is secured, and the box has no device unique key of {(meter.IsNone ? "node" : $"meter {meter}, node")} {node.Name}; put a line \"{node.Name} duk=..\" into the keys file";
    }

    /// <summary>What is said of a node whose key the modem has, and denies to have.</summary>
    internal string DeniedUniqueKey(PrimeNode node)
    {
        var meter = admission.Find(node.Name, node.Serial)?.Meter ?? node.Meter;
        return $"turned away: the modem was given the device unique key of {(meter.IsNone ? "node" : $"meter {meter}, node")} {node.Name}, and told {node.KeyDenied} times since that it has none that serves; look whether \"{node.Name} duk=..\" in the keys file is that node's";
    }

    /// <summary>What is said of a node that is expected and never came.</summary>
    internal static string Awaited(PrimeNode node) =>
        $"node {node.Name} was never seen, though the modem has its device unique key: it is out of reach, or that key is not the node's, which a modem does not tell";

    /// <summary>The meter that said itself behind this node before; none where none did.</summary>
    internal MeterId Kept(PrimeNode node) => MeterId.TryParse(Encoding.ASCII.GetString(memory.Load(options.Name, NameOf(node)).Span), out var meter) ? meter : default;

    /// <summary>Keeps who is behind a node, so that it is not asked again after a restart; none forgets it.</summary>
    internal ValueTask KeepAsync(PrimeNode node, MeterId meter, CancellationToken stop) =>
        Kept(node) == meter ? ValueTask.CompletedTask : memory.TryKeepAsync(options.Name, NameOf(node), Encoding.ASCII.GetBytes(meter.Text), stop);

    private static string NameOf(PrimeNode node) => "node/" + node.Name;

    /// <summary>An EUI names one modem. A serial number is only text, and was met twice: whoever has it without the EUI of the list is asked.</summary>
    private NodeVerdict Judge(PrimeNode node, ExpectedMeter expected, Func<MeterId, PrimeNode?> behind)
    {
        if (string.Equals(expected.Eui, node.Name, StringComparison.OrdinalIgnoreCase))
        {
            return new(NodeState.Connected, $"meter {expected.Meter} can be asked", expected.Meter, expected.Profile);
        }

        if (behind(expected.Meter) is { IsReadable: true } other && other != node)
        {
            return new(NodeState.Quarantined, $"in quarantine: it tells serial {node.Serial}, as does node {other.Name}, behind which meter {expected.Meter} answers; a serial number was given twice, or a modem was exchanged");
        }

        return expected.Eui is null ? new(NodeState.Connected, $"meter {expected.Meter} can be asked, by its serial number {node.Serial}", expected.Meter, expected.Profile)
            : Kept(node) == expected.Meter ? new(NodeState.Connected, $"meter {expected.Meter} can be asked; it said itself that it is behind this node, not behind {expected.Eui}", expected.Meter, expected.Profile, SaidItself: true)
            : new(NodeState.Connected, $"connected; it tells the serial number of meter {expected.Meter}, which is expected behind node {expected.Eui}: it is being asked who it is", Profile: expected.Profile, MustBeAsked: true);
    }
}
