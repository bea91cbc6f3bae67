using Concentrator.Settings;
using Drivers.Dlms;
using Drivers.Dlms.Keys;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.Security;

namespace Concentrator.Composition;

/// <summary>The configuration of a DLMS driver, in the driver's words.</summary>
internal static class DlmsDriverOptions
{
    /// <summary>An APDU that fits the smallest MTU of IPv6 (1280) with IP, UDP and wrapper around it: a fragment that gets lost would take the whole PDU with it.</summary>
    private const ushort LongestDatagram = 1200;

    private static readonly HdlcParameters Proposed = new(1024, 1024, 1, 1);

    internal static DlmsOptions Of(DriverSettings driver, ReadOnlyMemory<byte> systemTitle)
    {
        var (dlms, details) = (driver.Dlms, driver.Dlms.Association);
        var association = new AssociationSettings
        {
            Client = dlms.Client, Server = dlms.Server, Mechanism = MechanismOf(dlms.Mechanism), Suite = (byte)dlms.Suite, IsCiphered = dlms.Ciphered, HasDedicatedKey = dlms.Dedicated,
            Protection = ProtectionOf(details.Protection), IsGeneral = details.IsGeneral, GeneralKey = GeneralKeyOf(details.GeneralCiphering), IsSigned = details.IsSigned,
            ChallengeLength = details.Challenge, IsPreEstablished = details.IsPreEstablished,
        };
        if (driver.Port.StartsWith("udp:", StringComparison.Ordinal))
        {
            association = association with { LongestPdu = LongestDatagram };
        }

        var framing = dlms.Framing switch { "hdlc" => DlmsFraming.Hdlc, "mode-e" => DlmsFraming.ModeE, _ => DlmsFraming.Wrapper };
        return new DlmsOptions(driver.Name, driver.Port, framing, association, MeterProfiles.Find(dlms.Profile), systemTitle)
        {
            Meter = dlms.Meter is null ? default : MeterId.Parse(dlms.Meter), PhysicalAddress = dlms.Physical, Hdlc = Proposed,
            CounterObject = details.Counter is { } counter ? Obis.Parse(counter) : default, Certificates = FilesOf(details) is { IsEmpty: false } files ? files : null,
            MeterTitle = details.MeterTitle is { } title ? Convert.FromHexString(title) : default(ReadOnlyMemory<byte>),
            Baud = dlms.Baud, SignOnAddress = dlms.SignOn,
            Gateway = dlms.GatewayAddress is { } address ? new GatewayPrefix((byte)dlms.GatewayNetwork, Convert.FromHexString(address)) : null,
        };
    }

    /// <summary>The files of an association's keys and certificates.</summary>
    internal static CertificateFiles FilesOf(AssociationDetails details) =>
        new(details.Certificate, details.Key, details.AgreementKey, details.Ca, details.MeterCertificate, details.MeterAgreement);

    private static byte ProtectionOf(string name) => name switch
    {
        "authenticated" => CipheredContent.Authenticated,
        "encrypted" => CipheredContent.Encrypted,
        _ => CipheredContent.Authenticated | CipheredContent.Encrypted,
    };

    private static GeneralKey GeneralKeyOf(string name) => name switch
    {
        "identified" => GeneralKey.Identified,
        "one-pass" => GeneralKey.OnePass,
        "static" => GeneralKey.Static,
        _ => GeneralKey.None,
    };

    private static AuthenticationMechanism MechanismOf(string name) => name switch
    {
        "none" => AuthenticationMechanism.None,
        "lls" => AuthenticationMechanism.Low,
        "hls-2" => AuthenticationMechanism.Manufacturer,
        "hls-md5" => AuthenticationMechanism.Md5,
        "hls-sha1" => AuthenticationMechanism.Sha1,
        "hls-sha256" => AuthenticationMechanism.Sha256,
        "hls-ecdsa" => AuthenticationMechanism.Ecdsa,
        _ => AuthenticationMechanism.Gmac,
    };
}
