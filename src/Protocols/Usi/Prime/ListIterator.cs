using Protocols.Dlms.Apdu;

namespace Protocols.Usi.Prime;

/// <summary>A place in a list: a number of 15 bits, or octets behind their count (80 and the count).</summary>
/// <param name="Number">Where the long form is empty.</param>
/// <param name="Long">The long form, at most 127 octets; empty for a number.</param>
public readonly record struct ListIterator(ushort Number, ReadOnlyMemory<byte> Long = default)
{
    private const byte LongForm = 0x80;

    internal static ListIterator Read(ref PduReader from)
    {
        var first = from.Byte();
        return (first & LongForm) == 0 ? new ListIterator((ushort)(first << 8 | from.Byte())) : new ListIterator(0, from.Take(first & ~LongForm));
    }

    internal PduWriter WriteTo(PduWriter to) => Long.IsEmpty ? to.UInt16(Number) : to.Byte((byte)(LongForm | Long.Length)).Raw(Long);
}
