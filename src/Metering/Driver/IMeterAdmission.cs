namespace Metering.Driver;

/// <summary>A meter that is expected: what its shipment row says of it.</summary>
/// <param name="Meter">Its identity for ever.</param>
/// <param name="Eui">EUI of its power line modem in upper-case hex, or null.</param>
/// <param name="Serial">The serial number its modem tells when it joins, or null.</param>
/// <param name="Profile">Its kind, a meter profile; null for the driver's own.</param>
public sealed record ExpectedMeter(MeterId Meter, string? Eui, string? Serial, string? Profile);

/// <summary>Who may join a network: what the box was told of its meters before they came.</summary>
public interface IMeterAdmission
{
    /// <summary>The expected meter behind a node; null where none is.</summary>
    /// <param name="eui">Upper-case hex.</param>
    /// <param name="serial">As the node tells it, or null.</param>
    ExpectedMeter? Find(string eui, string? serial);

    /// <summary>Every meter that is expected and not retired, for a modem's white list.</summary>
    IReadOnlyList<ExpectedMeter> All { get; }

    /// <summary>Nodes that nobody expects are let in and asked who they are; false: they wait in quarantine.</summary>
    bool AcceptsUnknown { get; }

    /// <summary>Counts up with every change.</summary>
    long Version { get; }
}
