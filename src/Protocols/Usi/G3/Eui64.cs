using System.Buffers.Binary;
using System.Globalization;

namespace Protocols.Usi.G3;

/// <summary>
/// Which G3 node it is, whatever its short address: 8 octets as the modem gives them. Whether their first octet is also the first that is printed on the meter is unchecked (the vendor's
/// own code reads them both ways), so they are compared as they are, and <see cref="Reversed"/> gives the other order.
/// </summary>
/// <param name="Value">The first octet highest.</param>
public readonly record struct Eui64(ulong Value)
{
    /// <summary>How many octets it has.</summary>
    public const int Size = 8;

    /// <summary>The same octets from the last to the first.</summary>
    public Eui64 Reversed => new(BinaryPrimitives.ReverseEndianness(Value));

    /// <summary>From octets; the first eight of them.</summary>
    public static Eui64 Of(ReadOnlySpan<byte> octets) => new(BinaryPrimitives.ReadUInt64BigEndian(octets));

    /// <summary>From 16 hex digits.</summary>
    public static bool TryParse(string text, out Eui64 eui)
    {
        var fits = ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && text.Length == 2 * Size;
        eui = fits ? new Eui64(value) : default;
        return fits;
    }

    /// <summary>16 hex digits in upper case.</summary>
    public override string ToString() => Value.ToString("X16", CultureInfo.InvariantCulture);
}
