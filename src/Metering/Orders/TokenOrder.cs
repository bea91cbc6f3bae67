using Metering.Ledger;

namespace Metering.Orders;

/// <summary>Enters a prepayment token, unchanged; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Token"/>. A token is money: no sentence and no log tells it.</summary>
/// <param name="Token">As the vending system gave it.</param>
/// <param name="Gateway">The token gateway (class 115); none for the one that the meter's profile names.</param>
public sealed record TokenOrder(ReadOnlyMemory<byte> Token, Obis Gateway = default)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Octets(Token.Span);
        to.Number(Gateway.Packed);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static TokenOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new TokenOrder(from.Octets(), Obis.FromPacked(from.Number()));
    }

    /// <summary>Without the token.</summary>
    public override string ToString() => $"TokenOrder of {Token.Length} octets";
}
