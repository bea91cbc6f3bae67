using Metering.Keys;
using Metering.Ledger;

namespace Metering.Orders;

/// <summary>A new key: as the meter gets it, and as the box uses it.</summary>
/// <param name="Purpose">Guek, Gbek, Gak or Hls.</param>
/// <param name="Wrapped">Wrapped (RFC 3394) by the head-end's key server under the meter's key-encrypting key, which never enters the box.</param>
/// <param name="Clear">The same key.</param>
public sealed record NewKey(KeyPurpose Purpose, ReadOnlyMemory<byte> Wrapped, ReadOnlyMemory<byte> Clear)
{
    /// <summary>Without the key.</summary>
    public override string ToString() => $"NewKey {Purpose} of {Clear.Length} octets";
}

/// <summary>Changes keys of the client the box reads the meter by, all in one call; the payload of a <see cref="MeterOrder"/> of kind <see cref="OrderKind.Keys"/>. It holds keys in clear: it is kept nowhere as it is.</summary>
/// <param name="Setup">The security setup (class 64); none for the one of the current association.</param>
public sealed record KeysOrder(IReadOnlyList<NewKey> Keys, Obis Setup = default)
{
    /// <summary>As octets.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Number(Setup.Packed);
        to.Number((ulong)Keys.Count);
        foreach (var key in Keys)
        {
            to.Byte((byte)key.Purpose);
            to.Octets(key.Wrapped.Span);
            to.Octets(key.Clear.Span);
        }

        return to.ToArray();
    }

    /// <summary>The opposite of <see cref="ToPayload"/>.</summary>
    /// <exception cref="InvalidDataException">These are no octets of it.</exception>
    public static KeysOrder Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var (setup, keys) = (Obis.FromPacked(from.Number()), new NewKey[from.Count()]);
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = new NewKey((KeyPurpose)from.Byte(), from.Octets(), from.Octets());
        }

        return new KeysOrder(keys, setup);
    }

    /// <summary>Without the keys.</summary>
    public override string ToString() => $"KeysOrder {string.Join(", ", Keys)}";
}
