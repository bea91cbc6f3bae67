using Protocols.Dlms.Apdu;

namespace Protocols.Dlms.Client;

/// <summary>
/// The way to a meter behind a gateway (see <see cref="Gateway"/>): in front of every APDU to it and from it, outside ciphering and outside general blocks, so that it counts in the
/// longest PDU. What a gateway says for itself has none.
/// </summary>
/// <param name="Network">Neighbourhood network; 0 for the only one.</param>
/// <param name="Address">The meter's address in it.</param>
public sealed record GatewayPrefix(byte Network, ReadOnlyMemory<byte> Address)
{
    /// <summary>Octets in front of the APDU.</summary>
    public int Length => 3 + Address.Length;

    /// <summary>An APDU on its way to the meter.</summary>
    public byte[] Wrap(ReadOnlyMemory<byte> apdu) => new Gateway(false, Network, Address, apdu).ToOctets();

    /// <summary>
    /// An APDU of the meter. False for one of another meter behind the same gateway, which says nothing to us; the sentence is what the gateway says for itself, or null.
    /// </summary>
    public bool TryUnwrap(ReadOnlyMemory<byte> octets, out ReadOnlyMemory<byte> apdu, out string? sentence)
    {
        (apdu, sentence) = (default, null);
        switch (Pdu.Read(octets, out var fault))
        {
            case Gateway gateway when gateway.Network == Network && gateway.Address.Span.SequenceEqual(Address.Span):
                apdu = gateway.Inner;
                return true;
            case Gateway:
                return false;
            case ExceptionResponse exception:
                sentence = ErrorText.Of(exception);
                return false;
            case null:
                sentence = $"what cannot be read: {fault}";
                return false;
            case var other:
                sentence = $"{other.Name} without the prefix of a gateway";
                return false;
        }
    }
}
