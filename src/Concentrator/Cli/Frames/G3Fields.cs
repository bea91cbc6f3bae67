using Protocols.Usi.G3;

namespace Concentrator.Cli.Frames;

/// <summary>The fields of a message of a G3 modem. Values of attributes that are keys are not shown: what is decoded is pasted into tickets.</summary>
internal static class G3Fields
{
    internal static (string Name, object? Value)[] Of(G3Message message) => message switch
    {
        StatusIndication m => [("status", m.Status.Text()), ("about", m.About)],
        Initialize m => [("band", m.Band), ("role", m.IsCoordinator ? "coordinator" : "device")],
        DataRequest m => [("handle", m.Handle), ("discoverRoute", m.DiscoversRoute), ("qualityOfService", m.QualityOfService), ("packet", m.Packet)],
        NoIpDataRequest m => [("destination", UsiFields.Hex(m.Destination)), ("handle", m.Handle), ("discoverRoute", m.DiscoversRoute), ("qualityOfService", m.QualityOfService), ("octets", m.Octets)],
        DiscoveryRequest m => [("seconds", m.Seconds)],
        NetworkStartRequest m => [("panId", UsiFields.Hex(m.PanId))],
        NetworkJoinRequest m => [("panId", UsiFields.Hex(m.PanId)), ("agent", UsiFields.Hex(m.Agent)), ("media", m.Media)],
        RouteDiscoveryRequest m => [("destination", UsiFields.Hex(m.Destination)), ("maxHops", m.MaxHops)],
        PathDiscoveryRequest m => [("destination", UsiFields.Hex(m.Destination)), ("metricType", m.MetricType)],
        AttributeSet m => [.. Attribute(m.Command, m.Attribute, m.Index), ("value", IsKey(m.Command, m.Attribute) ? "a key, not shown" : m.Value)],
        AttributeGet m => Attribute(m.Command, m.Attribute, m.Index),
        AttributeSetConfirm m => [("status", m.StatusText), .. Attribute(m.Command, m.Attribute, m.Index)],
        AttributeGetConfirm m => [("status", m.StatusText), .. Attribute(m.Command, m.Attribute, m.Index), ("value", m.Value)],
        Confirm m => [("status", m.Status.Text())],
        DataConfirm m => [("status", m.Status.Text()), ("handle", m.Handle)],
        NetworkJoinConfirm m => [("status", m.Status.Text()), ("address", UsiFields.Hex(m.Address)), ("panId", UsiFields.Hex(m.PanId))],
        PathDiscoveryConfirm m =>
        [
            ("status", m.Status.Text()), ("destination", UsiFields.Hex(m.Destination)), ("origin", UsiFields.Hex(m.Origin)), ("metricType", m.MetricType), ("forward", Hops(m.Forward)), ("reverse", Hops(m.Reverse)),
        ],
        DataIndication m => [("lqi", m.Lqi), ("packet", m.Packet)],
        NetworkStatusIndication m =>
        [
            ("panId", UsiFields.Hex(m.PanId)), ("source", m.Source), ("destination", m.Destination), ("status", m.Status.Text()), ("securityLevel", m.SecurityLevel), ("keyIndex", m.KeyIndex), ("media", m.Media),
        ],
        BufferIndication m => [("free", m.Free)],
        DiscoveryIndication m => [("panId", UsiFields.Hex(m.PanId)), ("lqi", m.Lqi), ("agent", UsiFields.Hex(m.Agent)), ("coordinatorRouteCost", m.CoordinatorRouteCost), ("media", m.Media)],
        RouteNotFoundIndication m =>
        [
            ("source", UsiFields.Hex(m.Source)), ("destination", UsiFields.Hex(m.Destination)), ("next", UsiFields.Hex(m.Next)), ("previous", UsiFields.Hex(m.Previous)), ("routeCost", m.RouteCost), ("hops", m.Hops),
            ("weakLinks", m.WeakLinks), ("justBroken", m.JustBroken), ("compressed", m.Compressed), ("octets", m.Octets),
        ],
        JoinRequestIndication m => [("eui64", m.Eui)],
        ShortAddressAssign m => [("eui64", m.Eui), ("address", UsiFields.Hex(m.Address)), ("declined", m.Address == ShortAddressAssign.Decline)],
        JoinCompleteIndication m => [("eui64", m.Eui), ("address", UsiFields.Hex(m.Address))],
        LeaveIndication m => [("address", UsiFields.Hex(m.Address))],
        Kick m => [("address", UsiFields.Hex(m.Address)), ("eui64", m.Eui)],
        Rekey m => [("address", UsiFields.Hex(m.Address)), ("eui64", m.Eui), ("distribute", m.Distributes)],
        SetRekeyPhase m => [("start", m.Starts)],
        ForceRegister m => [("eui64", m.Eui), ("address", UsiFields.Hex(m.Address)), ("panId", UsiFields.Hex(m.PanId)), ("key", "a key, not shown")],
        Unknown m => [("octets", m.Octets)],
        _ => [],
    };

    /// <summary>The packet in a message; empty where it has none.</summary>
    internal static ReadOnlyMemory<byte> PacketOf(G3Message message) => message switch { DataRequest m => m.Packet, DataIndication m => m.Packet, _ => default };

    private static (string, object?)[] Attribute(G3Command command, uint attribute, ushort index) =>
    [
        ("attribute", attribute.ToString("x8", System.Globalization.CultureInfo.InvariantCulture)),
        ("attributeName", command switch
        {
            G3Command.MacSetRequest or G3Command.MacGetRequest or G3Command.MacSetConfirm or G3Command.MacGetConfirm => MacAttribute.NameOf(attribute),
            G3Command.LbpSetRequest or G3Command.LbpSetConfirm => LbpAttribute.NameOf(attribute),
            _ => AdpAttribute.NameOf(attribute),
        }),
        ("index", index),
    ];

    private static bool IsKey(G3Command command, uint attribute) =>
        (command == G3Command.LbpSetRequest && LbpAttribute.IsKey(attribute)) || (command == G3Command.MacSetRequest && attribute == MacAttribute.KeyTable);

    private static (string, object?)[][] Hops(IReadOnlyList<PathHop> hops) =>
    [
        .. hops.Select(hop => new (string, object?)[]
        {
            ("address", UsiFields.Hex(hop.Address)), ("metricNotSupported", hop.MetricNotSupported), ("linkCost", hop.LinkCost), ("phaseDifference", hop.PhaseDifference),
            ("receivingMode", hop.ReceivingMode), ("sendingMode", hop.SendingMode),
        }),
    ];
}
