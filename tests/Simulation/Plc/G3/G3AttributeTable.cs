namespace Simulation.Plc.G3;

/// <summary>
/// The attributes a coordinator has (plc-modems 2.7): identifier, octets, whether the host may set it, how many indexes, value at the start. Start values are those of G.9903 and of
/// the vendor's build as far as known [U]; a host must not rely on them.
/// </summary>
internal static class G3AttributeTable
{
    internal const uint RoutingTable = 0x0C, DeviceType = 0x10, TraversalTime = 0x11, MaxHops = 0x0F, SoftVersion = 0x1C, ActiveKeyIndex = 0x22, PanIdOfAdaptation = 0x080000C3, RouteCount = 0x080000C8,
        ShortOfAdaptation = 0x080000D4, RouteByIndex = 0x080000E3;

    internal const uint PanId = 0x50, ShortAddress = 0x53, KeyTable = 0x71, FrameCounter = 0x77, SentData = 0x101, HeardData = 0x102, SentBroadcast = 0x108, NoAcknowledgement = 0x106, Neighbours = 0x10A,
        DeviceTable = 0x08000000, Eui = 0x08000001, NeighbourByShort = 0x08000002, NeighbourCount = 0x08000012, PositionCount = 0x0800001E, MacVersion = 0x08000021;

    internal const uint DeviceIds = 0, Psk = 2, Gmk = 3, NextGmk = 4, MessageTimeout = 6, LastBootstrap = 6;

    /// <summary>Octets of the version attributes.</summary>
    internal static readonly byte[] Version = [0x00, 0x05, 0x01, 0x00, 0x00, 0x01];

    private static readonly G3Attribute[] AdaptationRows =
    [
        new(0x00, 1, 1, true, 1, [5]),
        new(0x01, 11, 27, true, 3),
        new(0x02, 2, 2, true, 1, [0, 2]),
        new(0x03, 1, 1, true, 1, [0x0F]),
        new(0x04, 1, 1, true, 1, [0]),
        new(0x05, 1, 1, true, 1, [0xFF]),
        new(0x07, 4, 20, true, 16),
        new(0x08, 2, 2, true, 1, [0, 0]),
        new(RoutingTable, 10, 10, true, 150),
        new(0x0E, 2, 2, true, 3),
        new(MaxHops, 1, 1, true, 1, [8]),
        new(DeviceType, 1, 1, false, 1, [1]),
        new(TraversalTime, 1, 1, true, 1, [20]),
        new(0x12, 2, 2, true, 1, [0, 60]),
        new(SoftVersion, 6, 6, false, 1, Version),
        new(0x1E, 5, 5, true, 20),
        new(0x1F, 2, 2, true, 1, [0, 10]),
        new(0x20, 2, 2, true, 1, [0, 20]),
        new(0x21, 1, 1, true, 1, [40]),
        new(ActiveKeyIndex, 1, 1, true, 1, [0]),
        new(0x23, 2, 2, true, 16),
        new(0x24, 1, 1, true, 1, [0]),
        new(0xF0, 1, 1, true, 1, [0]),
        new(0x080000C0, 2, 2, true, 1, [0, 20]),
        new(0x080000C1, 1, 1, true, 1, [1]),
        new(PanIdOfAdaptation, 2, 2, false, 1, [0xFF, 0xFF]),
        new(0x080000C4, 1, 1, true, 1, [0]),
        new(0x080000C6, 2, 2, true, 1, [0, 0]),
        new(RouteCount, 4, 4, false, 1, [0, 0, 0, 0]),
        new(0x080000C9, 2, 2, true, 1, [0, 0]),
        new(0x080000CA, 1, 1, true, 1, [0]),
        new(0x080000CB, 1, 1, false, 1, [0]),
        new(0x080000CE, 6, 6, false, 1, Version),
        new(0x080000D1, 2, 2, true, 1, [0, 0]),
        new(ShortOfAdaptation, 2, 2, true, 1, [0xFF, 0xFF]),
        new(0x080000DC, 2, 2, true, 1, [0, 0]),
        new(0x080000DF, 2, 2, false, 1, [0, 150]),
        new(0x080000E0, 2, 2, false, 1, [0, 20]),
        new(0x080000E1, 2, 2, false, 1, [0, 150]),
        new(0x080000E2, 2, 2, false, 1, [0, 16]),
        new(RouteByIndex, 10, 10, false, 150),
        new(0x080000E5, 1, 1, true, 1, [0]),
        new(0x080000E6, 1, 1, false, 1, [0]),
    ];

    private static readonly G3Attribute[] MacRows =
    [
        new(0x47, 1, 1, true, 1, [8]),
        new(0x4E, 1, 1, true, 1, [50]),
        new(0x4F, 1, 1, true, 1, [3]),
        new(PanId, 2, 2, true, 1, [0xFF, 0xFF]),
        new(ShortAddress, 2, 2, true, 1, [0xFF, 0xFF]),
        new(0x59, 1, 1, true, 1, [5]),
        new(KeyTable, 16, 16, true, 2),
        new(FrameCounter, 4, 4, true, 1, [0, 0, 0, 0]),
        .. Enumerable.Range(0x101, 9).Select(id => new G3Attribute((uint)id, 4, 4, false, 1, [0, 0, 0, 0])),
        new(Neighbours, 19, 19, false, 2000),
        new(0x10D, 1, 1, true, 1, [2]),
        new(0x10F, 2, 2, true, 1, [0, 0]),
        new(0x110, 9, 9, true, 1, [0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0]),
        new(0x11F, 1, 1, true, 1, [0]),
        new(0x120, 5, 5, false, 2000),
        new(0x123, 1, 1, true, 1, [0]),
        new(DeviceTable, 8, 8, true, 500),
        new(Eui, 8, 8, true, 1, [0, 0, 0, 0, 0, 0, 0, 0]),
        new(NeighbourByShort, 19, 19, false, 65_536),
        new(0x08000003, 4, 4, false, 1, [0, 36, 0, 24]),
        new(0x08000005, 2, 2, false, 1, [0x01, 0x90]),
        new(NeighbourCount, 2, 2, false, 1, [0, 0]),
        new(PositionCount, 2, 2, false, 1, [0, 0]),
        new(MacVersion, 6, 6, false, 1, Version),
        new(0x08000023, 1, 1, true, 1, [0]),
        new(0x08000027, 5, 5, false, 65_536),
        new(0x0800002D, 4, 4, false, 1, [0, 0, 0, 0]),
    ];

    private static readonly G3Attribute[] BootstrapRows =
    [
        new(DeviceIds, 8, 34, true),
        new(1, 1, 1, true),
        new(Psk, 16, 16, true),
        new(Gmk, 16, 16, true, 2),
        new(NextGmk, 16, 16, true),
        new(5, 16, 16, true),
        new(MessageTimeout, 2, 2, true, 1, [0x01, 0x2C]),
    ];

    internal static IReadOnlyDictionary<uint, G3Attribute> Adaptation { get; } = AdaptationRows.ToDictionary(row => row.Id);

    internal static IReadOnlyDictionary<uint, G3Attribute> Mac { get; } = MacRows.ToDictionary(row => row.Id);

    internal static IReadOnlyDictionary<uint, G3Attribute> Bootstrap { get; } = BootstrapRows.ToDictionary(row => row.Id);
}
