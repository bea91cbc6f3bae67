using System.Text;
using Protocols.Usi.Prime;

namespace Concentrator.Cli.Frames;

/// <summary>The fields of a message of a PRIME modem.</summary>
internal static class PrimeFields
{
    internal static (string Name, object? Value)[] Of(PrimeMessage message) => message switch
    {
        DataRequest m => [("destinationLsap", m.DestinationLsap), ("sourceLsap", m.SourceLsap), ("address", UsiFields.Hex(m.Address)), ("apdu", m.Apdu), ("linkClass", m.LinkClass)],
        DataIndication m =>
        [
            ("destinationLsap", m.DestinationLsap), ("sourceLsap", m.SourceLsap), ("destination", UsiFields.Hex(m.Destination)), ("source", UsiFields.Hex(m.Source)), ("apdu", m.Apdu), ("linkClass", m.LinkClass),
        ],
        DataConfirm m => [("destinationLsap", m.DestinationLsap), ("sourceLsap", m.SourceLsap), ("address", UsiFields.Hex(m.Address)), ("status", m.Status)],
        JoinIndication m => [("serial", Text(m.Serial)), ("address", UsiFields.Hex(m.Address)), ("eui48", m.Eui), ("secured", m.Secured)],
        AddressMessage m => [("address", UsiFields.Hex(m.Address))],
        NetworkEvent m =>
        [
            ("event", m.Kind), ("eui48", m.Eui), ("sid", m.Sid), ("lnid", m.Lnid), ("lsid", m.Lsid), ("aliveReceived", m.AliveReceived), ("aliveSent", m.AliveSent), ("aliveTime", m.AliveTime),
            ("channel", m.Channel), ("lsidChannel", m.LsidChannel),
        ],
        PibRequest m => Pib(m.Pib),
        PibConfirm m => [("result", m.Result), .. Pib(m.Pib), ("value", m.Value)],
        PibListConfirm m => [("result", m.Result), .. Pib(m.Pib), ("records", m.Records)],
        PibSet m => [.. Pib(m.Pib), ("value", IsKey(m.Pib) ? "a key, not shown" : m.Value)],
        ResultMessage m => [("result", m.Result)],
        EuiMessage m => [("eui48", m.Eui)],
        AckMessage m => [("about", m.About), ("code", m.Code)],
        PromoteRequest m => [("eui48", m.Eui), ("beaconMode", m.BeaconMode), ("channel", m.Channel)],
        RedirectResponse m => [("handle", m.Handle), ("eui48", m.Eui), ("octets", m.Octets)],
        NullEstablishRequest m => [("eui48", m.Eui), ("type", m.Type), ("octets", m.Octets), ("arq", m.Arq), ("cfOctets", m.CfOctets), ("secured", m.Secured)],
        NullEstablishIndication m => [("handle", m.Handle), ("eui48", m.Eui), ("type", m.Type), ("octets", m.Octets), ("cfOctets", m.CfOctets), ("secured", m.Secured)],
        NullEstablishConfirm m => [("handle", m.Handle), ("result", m.Result), ("eui48", m.Eui), ("type", m.Type), ("octets", m.Octets), ("secured", m.Secured)],
        NullEstablishResponse m => [("handle", m.Handle), ("answer", m.Answer), ("octets", m.Octets), ("secured", m.Secured)],
        NullHandle m => [("handle", m.Handle), ("code", m.Code)],
        NullJoinRequest m => [("broadcast", m.Broadcast), ("handle", m.Handle), ("eui48", m.Eui), ("type", m.Type), ("octets", m.Octets), ("secured", m.Secured)],
        NullJoinIndication m => [("handle", m.Handle), ("eui48", m.Eui), ("type", m.Type), ("octets", m.Octets), ("secured", m.Secured)],
        NullJoinResponse m => [("handle", m.Handle), ("eui48", m.Eui), ("answer", m.Answer), ("secured", m.Secured)],
        NullJoinConfirm m => [("handle", m.Handle), ("result", m.Result), ("secured", m.Secured)],
        NullLeave m => [("handle", m.Handle), ("eui48", m.Eui)],
        NullDataRequest m => [("handle", m.Handle), ("octets", m.Octets), ("priority", m.Priority), ("timeReference", m.TimeReference)],
        NullDataConfirm m => [("handle", m.Handle), ("result", m.Result)],
        NullDataIndication m => [("handle", m.Handle), ("octets", m.Octets), ("timeReference", m.TimeReference)],
        PhyRequest m => [("channel", m.Channel)],
        PhyConfirm m => [("result", m.Result), ("channel", m.Channel)],
        PhyGet m => [.. Pib(m.Pib), ("channel", m.Channel)],
        PhyGetConfirm m => [("result", m.Result), .. Pib(m.Pib), ("value", m.Value), ("channel", m.Channel)],
        PhySet m => [.. Pib(m.Pib), ("value", m.Value), ("channel", m.Channel)],
        ProfileMessage m => [("eui48", m.Eui), ("octets", m.Octets)],
        ZeroCross m => [("eui48", m.Eui), ("status", m.Status), ("time", m.Time)],
        ZeroCrossDifference m => [("eui48", m.Eui), ("frequency", m.Frequency), ("difference", m.Difference)],
        FirmwareIdentity m => [("vendor", Text(m.Vendor)), ("model", Text(m.Model)), ("version", Text(m.Version))],
        FirmwareOptions m => [("arq", m.Arq), ("pageSize", m.PageSize), ("multicast", m.Multicast), ("restartDelay", m.RestartDelay), ("safetyTimer", m.SafetyTimer)],
        FirmwareInitFile m => [("frames", m.Frames), ("fileSize", m.FileSize), ("frameSize", m.FrameSize), ("crc", m.Crc)],
        FirmwareFrame m => [("number", m.Number), ("octets", m.Octets)],
        FirmwareOctet m => [("value", m.Value)],
        FirmwareAck m => [("about", m.About), ("code", m.Code), ("extra", m.Extra)],
        FirmwareStatus m => [("state", m.State), ("pages", m.Pages), ("eui48", m.Eui)],
        FirmwareError m => [("code", m.Code), ("eui48", m.Eui)],
        FirmwareVersion m => [("eui48", m.Eui), ("vendor", Text(m.Vendor)), ("model", Text(m.Model)), ("version", Text(m.Version))],
        FirmwareSignature m => [("algorithm", m.Algorithm), ("length", m.Length)],
        UnknownMessage m => [("octets", m.Parameters)],
        _ => [],
    };

    /// <summary>The fields of a message of the management plane.</summary>
    internal static (string Name, object? Value)[] Of(ManagementMessage message) => message switch
    {
        AttributeQuery m => [("attributes", (IReadOnlyList<(string, object?)[]>)[.. m.Attributes.Select(one => ((string, object?)[])[.. Pib(one.Pib), ("index", one.Index)])])],
        AttributeListQuery m => [.. Pib(m.Pib), ("mostRecords", m.MostRecords), ("from", m.From.Number)],
        AttributeListAnswer m =>
        [
            .. Pib(m.Pib), ("recordLength", m.RecordLength),
            ("records", (IReadOnlyList<(string, object?)[]>)[.. m.Records.Select(one => ((string, object?)[])[("at", one.At.Number), ("octets", one.Octets)])]),
        ],
        OpaqueManagement m => [("octets", m.Octets)],
        _ => [],
    };

    /// <summary>The APDU in a message; empty where it has none.</summary>
    internal static ReadOnlyMemory<byte> ApduOf(PrimeMessage message) => message switch { DataRequest m => m.Apdu, DataIndication m => m.Apdu, _ => default };

    private static (string, object?)[] Pib(PrimePib pib) => [("pib", UsiFields.Hex((ushort)pib)), ("pibName", Enum.IsDefined(pib) ? UsiFields.Dashed(pib.ToString()) : null)];

    private static bool IsKey(PrimePib pib) => (ushort)pib == 0x8140; // DUKs of nodes

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.ASCII.GetString(octets.Span);
}
