using Metering.Ledger;

namespace Metering.Orders;

/// <summary>
/// An APDU of a head-end that goes to the meter untouched, and the meter's answers back untouched: the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Exchange"/>.
/// Its first octet is 0, which no APDU begins with: an exchange without it is a plain APDU in the box's own association.
/// </summary>
/// <param name="Holder">Who speaks, for people.</param>
/// <param name="Client">Client SAP that the head-end has at the meter.</param>
/// <param name="Server">Logical device in the meter.</param>
/// <param name="Ends">The head-end is done: the meter is let go afterwards.</param>
/// <param name="Apdu">As it came; empty where the meter is only let go.</param>
public sealed record PassThroughOrder(string Holder, ushort Client, ushort Server, bool Ends, ReadOnlyMemory<byte> Apdu)
{
    private const byte Mark = 0;

    /// <summary>True for the payload of such an order.</summary>
    public static bool Is(ReadOnlyMemory<byte> payload) => !payload.IsEmpty && payload.Span[0] == Mark;

    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Byte(Mark);
        to.Text(Holder);
        to.Number(Client);
        to.Number(Server);
        to.Byte(Ends ? (byte)1 : (byte)0);
        to.Octets(Apdu.Span);
        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static PassThroughOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return from.Byte() == Mark
            ? new PassThroughOrder(from.Text(), checked((ushort)from.Number()), checked((ushort)from.Number()), from.Byte() == 1, from.Octets())
            : throw new InvalidDataException("an APDU, and no order to pass one through");
    }
}
