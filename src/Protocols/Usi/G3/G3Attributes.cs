namespace Protocols.Usi.G3;

/// <summary>Attributes of the adaptation layer that matter, by their ids (sizes in octets where they are not one); 080000xx are the vendor's own.</summary>
public static class AdpAttribute
{
    public const uint SecurityLevel = 0x00, PrefixTable = 0x01, BroadcastLogTtl = 0x02, MetricType = 0x03, LowLqi = 0x04, HighLqi = 0x05, ContextTable = 0x07, CoordinatorShortAddress = 0x08,
        RoutingTable = 0x0C, GroupTable = 0x0E, MaxHops = 0x0F, DeviceType = 0x10, NetTraversalTime = 0x11, RoutingTtl = 0x12, SoftVersion = 0x1C, Blacklist = 0x1E, BlacklistTtl = 0x1F,
        MaxJoinWait = 0x20, PathDiscoveryTime = 0x21, ActiveKeyIndex = 0x22, DestinationAddressSet = 0x23, DefaultCoordinatorRoute = 0x24, DisableDefaultRouting = 0xF0,
        ReassemblyTimer = 0x0800_00C0, HeaderCompression = 0x0800_00C1, PanId = 0x0800_00C3, BroadcastSequence = 0x0800_00C4, DatagramTag = 0x0800_00C6, RoutingTableCount = 0x0800_00C8,
        DiscoverSequence = 0x0800_00C9, NoAcknowledgement = 0x0800_00CA, LqiToCoordinator = 0x0800_00CB, InternalVersion = 0x0800_00CE, UlaDestination = 0x0800_00D1, ShortAddress = 0x0800_00D4,
        FragmentDelay = 0x0800_00DC, TableCountDf = 0x0800_00DF, TableCountE0 = 0x0800_00E0, TableCountE1 = 0x0800_00E1, TableCountE2 = 0x0800_00E2, RoutingElement = 0x0800_00E3,
        HybridProfile = 0x0800_00E5, LastPhaseDifference = 0x0800_00E6;

    /// <summary>Its name; null for one that is not here.</summary>
    public static string? NameOf(uint id) => id switch
    {
        SecurityLevel => "security level",
        PrefixTable => "prefix table",
        BroadcastLogTtl => "broadcast log time to live",
        MetricType => "metric type",
        LowLqi => "low LQI",
        HighLqi => "high LQI",
        ContextTable => "context table",
        CoordinatorShortAddress => "short address of the coordinator",
        RoutingTable => "routing table",
        GroupTable => "group table",
        MaxHops => "most hops",
        DeviceType => "device type",
        NetTraversalTime => "net traversal time",
        RoutingTtl => "time to live of routes",
        SoftVersion => "software version",
        Blacklist => "blacklist",
        BlacklistTtl => "time to live in the blacklist",
        MaxJoinWait => "longest wait for a join",
        PathDiscoveryTime => "path discovery time",
        ActiveKeyIndex => "active key index",
        DestinationAddressSet => "set of destination addresses",
        DefaultCoordinatorRoute => "default route to the coordinator",
        DisableDefaultRouting => "default routing off",
        ReassemblyTimer => "reassembly timer",
        HeaderCompression => "IPv6 header compression",
        PanId => "PAN id",
        BroadcastSequence => "broadcast sequence",
        DatagramTag => "datagram tag",
        RoutingTableCount => "routes",
        DiscoverSequence => "discovery sequence",
        NoAcknowledgement => "no acknowledgement",
        LqiToCoordinator => "LQI to the coordinator",
        InternalVersion => "internal version",
        UlaDestination => "destination of unique local addresses",
        ShortAddress => "short address",
        FragmentDelay => "delay between fragments",
        TableCountDf or TableCountE0 or TableCountE1 or TableCountE2 => "count of a table", // which table each of them counts is unchecked (2.7)
        RoutingElement => "route by index",
        HybridProfile => "hybrid profile",
        LastPhaseDifference => "last phase difference",
        _ => null,
    };
}

/// <summary>Attributes of the MAC that matter, by their ids; 080000xx are the vendor's own.</summary>
public static class MacAttribute
{
    public const uint MaxBe = 0x47, MaxCsmaBackoffs = 0x4E, MinBe = 0x4F, PanId = 0x50, ShortAddress = 0x53, MaxFrameRetries = 0x59, KeyTable = 0x71, FrameCounter = 0x77,
        SentData = 0x101, ReceivedData = 0x102, SentCommands = 0x103, ReceivedCommands = 0x104, ChannelAccessFailures = 0x105, NoAcknowledgements = 0x106, ReceivedBroadcasts = 0x107,
        SentBroadcasts = 0x108, BadChecksums = 0x109, NeighbourTable = 0x10A, ToneMapTtl = 0x10D, CoordinatorRouteCost = 0x10F, ToneMask = 0x110, Attenuation = 0x11F, PosTable = 0x120,
        DisablePlc = 0x123, DeviceTable = 0x0800_0000, ExtendedAddress = 0x0800_0001, NeighbourByAddress = 0x0800_0002, Band = 0x0800_0003, MaxPayload = 0x0800_0005,
        NeighbourCount = 0x0800_0012, PosCount = 0x0800_001E, Version = 0x0800_0021, ResetCounters = 0x0800_0023, PosByAddress = 0x0800_0027, LastFrameDuration = 0x0800_002D;

    /// <summary>Its name; null for one that is not here.</summary>
    public static string? NameOf(uint id) => id switch
    {
        MaxBe => "greatest back-off exponent",
        MaxCsmaBackoffs => "most back-offs",
        MinBe => "least back-off exponent",
        PanId => "PAN id",
        ShortAddress => "short address",
        MaxFrameRetries => "most retries of a frame",
        KeyTable => "key table",
        FrameCounter => "frame counter",
        SentData => "data sent",
        ReceivedData => "data received",
        SentCommands => "commands sent",
        ReceivedCommands => "commands received",
        ChannelAccessFailures => "channel access failures",
        NoAcknowledgements => "frames not acknowledged",
        ReceivedBroadcasts => "broadcasts received",
        SentBroadcasts => "broadcasts sent",
        BadChecksums => "frames with a bad check sum",
        NeighbourTable => "neighbour table",
        ToneMapTtl => "time to live of tone maps",
        CoordinatorRouteCost => "route cost to the coordinator",
        ToneMask => "tone mask",
        Attenuation => "attenuation",
        PosTable => "POS table",
        DisablePlc => "power line off",
        DeviceTable => "device table",
        ExtendedAddress => "EUI-64",
        NeighbourByAddress => "neighbour by short address",
        Band => "band",
        MaxPayload => "most MAC payload",
        NeighbourCount => "count of the neighbour table",
        PosCount => "count of the POS table",
        Version => "MAC version",
        ResetCounters => "reset of the counters",
        PosByAddress => "POS entry by short address",
        LastFrameDuration => "duration of the last frame",
        _ => null,
    };
}

/// <summary>Attributes of the bootstrapping protocol that matter, by their ids.</summary>
public static class LbpAttribute
{
    public const uint IdentityOfServer = 0, PreSharedKey = 2, GroupMasterKey = 3, RekeyGroupMasterKey = 4, MessageTimeout = 6;

    /// <summary>Its name; null for one that is not here.</summary>
    public static string? NameOf(uint id) => id switch
    {
        IdentityOfServer => "identity of the server",
        PreSharedKey => "pre-shared key",
        GroupMasterKey => "group master key",
        RekeyGroupMasterKey => "group master key of a re-keying",
        MessageTimeout => "message timeout",
        _ => null,
    };

    /// <summary>Its value is a key, and is shown to nobody.</summary>
    public static bool IsKey(uint id) => id is PreSharedKey or GroupMasterKey or RekeyGroupMasterKey;
}
