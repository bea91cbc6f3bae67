namespace Protocols.Dlms.Apdu;

/// <summary>EXCEPTION.response: <code>D8 | state error | service error | [invocation counter u32 with service error 6]</code></summary>
/// <param name="State">1 service not allowed, 2 service unknown.</param>
/// <param name="Service">1 operation not possible, 2 not supported, 3 other, 4 PDU too long, 5 deciphering, 6 invocation counter.</param>
/// <param name="InvocationCounter">What the other side expects: a hint that nobody authenticated.</param>
public sealed record ExceptionResponse(byte State, byte Service, uint? InvocationCounter) : Pdu
{
    private const byte CounterError = 6;

    public override string Name => "exception-response";

    public override void WriteTo(PduWriter to)
    {
        to.Byte((byte)ApduTag.ExceptionResponse).Byte(State).Byte(Service);
        _ = InvocationCounter is { } counter ? to.UInt32(counter) : to;
    }

    internal static ExceptionResponse Read(ref PduReader from)
    {
        var (state, service) = (from.Byte(), from.Byte());
        return new ExceptionResponse(state, service, service == CounterError && from.Remaining > 0 ? from.UInt32() : null);
    }
}

/// <summary>CONFIRMED-SERVICE-ERROR: <code>0E | which service | which kind | value</code></summary>
public sealed record ConfirmedServiceError(byte Service, byte Kind, byte Value) : Pdu
{
    public override string Name => "confirmed-service-error";

    public override void WriteTo(PduWriter to) => to.Byte((byte)ApduTag.ConfirmedServiceError).Byte(Service).Byte(Kind).Byte(Value);
}
