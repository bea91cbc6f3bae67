using System.Globalization;
using Protocols.Dlms.Apdu;

namespace Unit.Vectors.Dlms.Oracle;

/// <summary>The other program's names of numbers.</summary>
internal static class OracleNames
{
    /// <summary>A data-access-result.</summary>
    internal static string Access(byte result) => result switch
    {
        0 => "Success",
        1 => "HardwareFault",
        2 => "TemporaryFailure",
        3 => "ReadWriteDenied",
        4 => "UndefinedObject",
        9 => "InconsistentClass",
        11 => "UnavailableObject",
        12 => "UnmatchedType",
        13 => "AccessViolated",
        14 => "DataBlockUnavailable",
        15 => "LongGetOrReadAborted",
        16 => "NoLongGetOrReadInProgress",
        17 => "LongSetOrWriteAborted",
        18 => "NoLongSetOrWriteInProgress",
        19 => "DataBlockNumberInvalid",
        250 => "OtherReason",
        _ => result.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>What one item of an ACCESS.request does.</summary>
    internal static string Specification(byte choice) => choice switch { 1 => "AccessRequestGet", 2 => "AccessRequestSet", 3 => "AccessRequestAction", 4 => "AccessRequestGetWithSelection", _ => "AccessRequestSetWithSelection" };

    internal static string ServiceError(ConfirmedServiceError error) => (error.Kind, error.Value) switch
    {
        (0, 0) => "ApplicationReference=Other",
        (0, 1) => "ApplicationReference=TimeElapsed",
        (0, 2) => "ApplicationReference=ApplicationUnreachable",
        (0, 3) => "ApplicationReference=ApplicationReferenceInvalid",
        (0, 4) => "ApplicationReference=ApplicationContextUnsupported",
        (0, 5) => "ApplicationReference=ProviderCommunicationError",
        (0, 6) => "ApplicationReference=DecipheringError",
        (3, 0) => "Service=Other",
        (3, 1) => "Service=PduSize",
        (3, 2) => "Service=ServiceUnsupported",
        (6, 0) => "Initiate=Other",
        (6, 1) => "Initiate=DlmsVersionTooLow",
        (6, 2) => "Initiate=IncompatibleConformance",
        (6, 3) => "Initiate=PduSizeTooShort",
        (6, 4) => "Initiate=RefusedByTheVDEHandler",
        var other => $"{other}",
    };
}
