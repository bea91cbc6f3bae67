using Concentrator.Settings;
using Drivers.Dlms;
using Metering;
using Protocols.Dlms.Client;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Security;

namespace Concentrator.Composition;

/// <summary>The configuration of a DLMS driver, in the driver's words.</summary>
internal static class DlmsDriverOptions
{
    private static readonly HdlcParameters Proposed = new(1024, 1024, 1, 1);

    internal static DlmsOptions Of(DriverSettings driver, ReadOnlyMemory<byte> systemTitle)
    {
        var dlms = driver.Dlms;
        var association = new AssociationSettings
        {
            Client = dlms.Client, Server = dlms.Server, Mechanism = MechanismOf(dlms.Mechanism), Suite = (byte)dlms.Suite, IsCiphered = dlms.Ciphered, HasDedicatedKey = dlms.Dedicated,
        };
        var framing = dlms.Framing == "hdlc" ? DlmsFraming.Hdlc : DlmsFraming.Wrapper;
        return new DlmsOptions(driver.Name, driver.Port, framing, association, MeterProfiles.Find(dlms.Profile), systemTitle)
        {
            Meter = dlms.Meter is null ? default : MeterId.Parse(dlms.Meter), PhysicalAddress = dlms.Physical, Hdlc = Proposed,
        };
    }

    private static AuthenticationMechanism MechanismOf(string name) => name switch
    {
        "none" => AuthenticationMechanism.None,
        "lls" => AuthenticationMechanism.Low,
        "hls-2" => AuthenticationMechanism.Manufacturer,
        "hls-md5" => AuthenticationMechanism.Md5,
        "hls-sha1" => AuthenticationMechanism.Sha1,
        "hls-sha256" => AuthenticationMechanism.Sha256,
        _ => AuthenticationMechanism.Gmac,
    };
}
