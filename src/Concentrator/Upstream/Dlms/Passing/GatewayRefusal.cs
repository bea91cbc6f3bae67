using Protocols.Dlms.Apdu;

namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>Why the box answers for a meter.</summary>
internal enum GatewayRefusal
{
    /// <summary>Nobody is known by the address, or not reached now.</summary>
    UnknownMeter,
    /// <summary>The meter did not answer in time.</summary>
    NoAnswer,
    /// <summary>Somebody else has the meter, or too much waits for it already.</summary>
    Busy,
    /// <summary>The head-end has no right to it, did not prove itself, or what it says does not go through.</summary>
    NotAllowed,
    /// <summary>Longer than what goes to a meter.</summary>
    TooLong,
}

/// <summary>
/// The box's own words in place of a meter's, without the prefix of the gateway (specs, section 6: exception-response; which pair for what is not in the text we have and was chosen so that a
/// head-end can tell them apart, [K]).
/// </summary>
internal static class GatewayRefusals
{
    private const byte ServiceNotAllowed = 1, ServiceUnknown = 2, NotPossible = 1, NotSupported = 2, OtherReason = 3, PduTooLong = 4;

    internal static byte[] ToOctets(this GatewayRefusal refusal)
    {
        var (state, service) = refusal switch
        {
            GatewayRefusal.UnknownMeter => (ServiceUnknown, NotPossible),
            GatewayRefusal.NoAnswer => (ServiceNotAllowed, NotPossible),
            GatewayRefusal.Busy => (ServiceNotAllowed, OtherReason),
            GatewayRefusal.NotAllowed => (ServiceNotAllowed, NotSupported),
            _ => (ServiceUnknown, PduTooLong),
        };
        return new ExceptionResponse(state, service, null).ToOctets();
    }
}
