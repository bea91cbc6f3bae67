using Metering;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>Which M-Bus device answers on a channel: attributes 6 to 9 of its M-Bus client (IEC 62056-6-2, class 72).</summary>
/// <param name="Number">Identification number: eight decimal digits, one a nibble.</param>
public readonly record struct ChannelDevice(uint Number, ushort Manufacturer, byte Version, byte Type)
{
    /// <summary>Attributes that tell it, in their order.</summary>
    public static IReadOnlyList<sbyte> Attributes { get; } = [6, 7, 8, 9];

    /// <summary>Nobody is there.</summary>
    public bool IsNone => Number == 0 && Manufacturer == 0;

    /// <summary>Its identity, whatever the path.</summary>
    public MeterId Id => MeterId.ForMBus(Manufacturer, Number, Version, Type);

    /// <summary>Reads the four attributes; false where one of them is no number of its size.</summary>
    /// <param name="isBinary">The identification number is told as a number rather than as its digits.</param>
    public static bool TryRead(IReadOnlyList<ReadOnlyMemory<byte>> attributes, bool isBinary, out ChannelDevice device)
    {
        device = default;
        if (attributes.Count != Attributes.Count || !TryNumber(attributes[0], uint.MaxValue, out var number) || !TryNumber(attributes[1], ushort.MaxValue, out var manufacturer)
            || !TryNumber(attributes[2], byte.MaxValue, out var version) || !TryNumber(attributes[3], byte.MaxValue, out var type))
        {
            return false;
        }

        device = new ChannelDevice(isBinary ? ToDigits(number) : number, (ushort)manufacturer, (byte)version, (byte)type);
        return true;
    }

    /// <summary>A number as its eight decimal digits, one a nibble.</summary>
    internal static uint ToDigits(uint number)
    {
        uint digits = 0;
        for (var shift = 0; shift < 32; shift += 4)
        {
            digits |= number % 10 << shift;
            number /= 10;
        }

        return digits;
    }

    private static bool TryNumber(ReadOnlyMemory<byte> data, uint most, out uint number)
    {
        var reader = new AXdrReader(data.Span);
        if (reader.TryItem(out var item) && item.Tag != AXdrTag.Boolean && AXdrNumbers.TryInteger(item, out var read) && read >= 0 && read <= most)
        {
            number = (uint)read;
            return true;
        }

        number = 0;
        return false;
    }
}
