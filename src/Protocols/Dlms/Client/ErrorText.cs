using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>Error numbers of the standard in words (IEC 62056-5-3 clause 8).</summary>
public static class ErrorText
{
    internal const byte NotAllowed = 1, NotPossible = 1, DecipheringError = 5, AuthenticationFailure = 13;

    /// <summary>A data-access-result in words.</summary>
    public static string OfDataAccess(byte result) => result switch
    {
        0 => "success",
        1 => "hardware fault",
        2 => "temporary failure",
        3 => "read-write denied",
        4 => "object undefined",
        9 => "object class inconsistent",
        11 => "object unavailable",
        12 => "type unmatched",
        13 => "scope of access violated",
        14 => "data block unavailable",
        15 => "long get aborted",
        16 => "no long get in progress",
        17 => "long set aborted",
        18 => "no long set in progress",
        19 => "data block number invalid",
        250 => "other reason",
        _ => $"result {result}",
    };

    /// <summary>An action-result in words.</summary>
    public static string OfAction(byte result) => result switch
    {
        15 => "long action aborted",
        16 => "no long action in progress",
        _ => OfDataAccess(result),
    };

    /// <summary>An exception in words.</summary>
    public static string Of(ExceptionResponse exception)
    {
        var service = exception.Service switch
        {
            1 => "operation not possible",
            2 => "service not supported",
            3 => "other reason",
            4 => "PDU too long",
            5 => "it could not decipher our APDU: wrong key or locked (meters lock themselves after a few wrong ones)",
            6 => $"it expects another invocation counter ({exception.InvocationCounter?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not told which"})",
            var other => $"service error {other}",
        };
        return $"the meter answered with an exception: {(exception.State == 1 ? "service not allowed" : "service unknown")}, {service}";
    }

    /// <summary>A confirmed service error in words.</summary>
    public static string Of(ConfirmedServiceError error) => (error.Service, error.Kind, error.Value) switch
    {
        (1, 6, 1) => "the meter refused the initiate request: DLMS version too low",
        (1, 6, 2) => "the meter refused the initiate request: incompatible conformance",
        (1, 6, 3) => "the meter refused the initiate request: PDU size too short",
        (1, 6, 4) => "the meter refused the initiate request",
        _ => $"the meter answered with a confirmed service error: service {error.Service}, kind {error.Kind}, value {error.Value}",
    };

    internal static string OfRefusal(byte? result, byte? diagnostic) =>
        (result == 2 ? "the meter refused the association for now: " : "the meter refused the association: ") + diagnostic switch
        {
            1 => "no reason given",
            2 => "application context not supported",
            11 => "authentication mechanism not recognised",
            12 => "authentication mechanism name required",
            13 => "authentication failed: wrong password or key, or locked (meters lock themselves after a few wrong ones)",
            14 => "authentication required",
            null => "no diagnostic given",
            var other => $"diagnostic {other}",
        };
}
