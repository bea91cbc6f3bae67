using Protocols.Dlms.Apdu;

namespace Unit.Vectors.Dlms.Oracle;

/// <summary>Association, release and initiate messages in the other program's words, as we read them.</summary>
internal static class OracleAssociation
{
    private static readonly string[] Contexts = ["", "LN", "SN", "LN_WITH_CIPHERING", "SN_WITH_CIPHERING"];
    private static readonly string[] Mechanisms = ["None", "Low", "High", "HighMD5", "HighSHA1", "HighGMAC", "HighSHA256", "HighECDSA"];
    private static readonly string[] Bits =
    [
        "ReservedZero", "GeneralProtection", "GeneralBlockTransfer", "Read", "Write", "UnconfirmedWrite", "DeltaValueEncoding", "ReservedSeven", "Attribute0SupportedWithSet", "PriorityMgmtSupported",
        "Attribute0SupportedWithGet", "BlockTransferWithGetOrRead", "BlockTransferWithSetOrWrite", "BlockTransferWithAction", "MultipleReferences", "InformationReport", "DataNotification", "Access",
        "ParameterizedAccess", "Get", "Set", "SelectiveAccess", "EventNotification", "Action",
    ];

    internal static IEnumerable<string> Lines(AssociationMessage message)
    {
        yield return message.Tag.ToString();
        foreach (var field in message.Fields)
        {
            foreach (var line in Lines(message, field))
            {
                yield return line;
            }
        }
    }

    internal static IEnumerable<string> Lines(InitiateRequest request) =>
    [
        "InitiateRequest", .. request.DedicatedKey is { } key ? [$"DedicatedKey={Convert.ToHexString(key.Span)}"] : Array.Empty<string>(),
        .. request.QualityOfService is { } quality ? [$"ProposedQualityOfService={quality}"] : Array.Empty<string>(),
        $"ProposedDlmsVersionNumber={request.Version:X2}", "ProposedConformance", .. Names(request.Conformance), $"ProposedMaxPduSize={request.LongestPdu:X4}",
    ];

    internal static IEnumerable<string> Lines(InitiateResponse response) =>
    [
        "InitiateResponse", .. response.QualityOfService is { } quality ? [$"NegotiatedQualityOfService={quality}"] : Array.Empty<string>(),
        $"NegotiatedDlmsVersionNumber={response.Version:X2}", "NegotiatedConformance", .. Names(response.Conformance), $"NegotiatedMaxPduSize={response.LongestPdu:X4}", $"VaaName={response.ObjectName:X4}",
    ];

    private static IEnumerable<string> Names(Conformance conformance) => Enumerable.Range(0, 24).Where(conformance.Has).Select(bit => $"ConformanceBit={Bits[bit]}");

    private static IEnumerable<string> Lines(AssociationMessage message, AssociationField field)
    {
        var isRequest = message.Tag == ApduTag.AssociationRequest;
        switch (field.Tag)
        {
            case AssociationMessage.Reason when message.Tag is ApduTag.ReleaseRequest or ApduTag.ReleaseResponse:
                return [$"Reason={(field.Content.Span[0] == 0 ? "Normal" : field.Content.Span[0].ToString(System.Globalization.CultureInfo.InvariantCulture))}"];
            case AssociationMessage.Reason:
                return isRequest ? ["ProtocolVersion=1"] : [];
            case AssociationMessage.ContextName:
                return [$"ApplicationContextName={Contexts[message.ContextId]}"];
            case AssociationMessage.Result when !isRequest:
                return [$"AssociationResult={message.AssociationResult:X2}"];
            case AssociationMessage.Diagnostic when !isRequest:
                return ["ResultSourceDiagnostic", $"{(field.Content.Span[0] == 0xA1 ? "ACSEServiceUser" : "ACSEServiceProvider")}={message.DiagnosticValue:X2}"];
            case AssociationMessage.CallingTitle when isRequest:
                return [$"CallingAPTitle={Convert.ToHexString(message.SystemTitle!.Value.Span)}"];
            case AssociationMessage.RespondingTitle when !isRequest:
                return [$"RespondingAPTitle={Convert.ToHexString(message.SystemTitle!.Value.Span)}"];
            case AssociationMessage.Requirements:
                return ["SenderACSERequirements=1"];
            case AssociationMessage.RespondingRequirements:
                return ["ResponderACSERequirement=1"];
            case AssociationMessage.Mechanism or AssociationMessage.RespondingMechanism:
                return [$"MechanismName={Mechanisms[message.MechanismId]}"];
            case AssociationMessage.CallingValue:
                return [$"CallingAuthentication={Convert.ToHexString(message.AuthenticationValue!.Value.Span)}"];
            case AssociationMessage.RespondingValue:
                return [$"RespondingAuthentication={Convert.ToHexString(message.AuthenticationValue!.Value.Span)}"];
            case AssociationMessage.UserInformation:
                var initiate = Pdu.Read(message.Initiate!.Value, out var fault);
                Assert.Null(fault);
                IEnumerable<string> head = message.Tag == ApduTag.ReleaseRequest ? ["UserInformation"] : [];
                return initiate is Ciphered { Tag: 0x2E } ? [] : head.Concat(OracleMessage.Lines(initiate!)); // it passes over a ciphered service error
            default:
                return [$"field {field.Tag:X2}"];
        }
    }
}
