using System.Runtime.CompilerServices;

namespace Protocols.Dlms.AXdr;

/// <summary>Type tags of Data (IEC 62056-5-3 clause 8, A-XDR of IEC 61334-6).</summary>
public enum AXdrTag : byte
{
    Null = 0x00, Array = 0x01, Structure = 0x02, Boolean = 0x03, BitString = 0x04, Int32 = 0x05, UInt32 = 0x06, OctetString = 0x09, VisibleString = 0x0A, Utf8String = 0x0C,
    Bcd = 0x0D, Int8 = 0x0F, Int16 = 0x10, UInt8 = 0x11, UInt16 = 0x12, CompactArray = 0x13, Int64 = 0x14, UInt64 = 0x15, Enum = 0x16, Float32 = 0x17, Float64 = 0x18,
    DateTime = 0x19, Date = 0x1A, Time = 0x1B, DeltaInt8 = 0x1C, DeltaInt16 = 0x1D, DeltaInt32 = 0x1E, DeltaUInt8 = 0x1F, DeltaUInt16 = 0x20, DeltaUInt32 = 0x21, DontCare = 0xFF,
}

/// <summary>Facts of the tags.</summary>
internal static class AXdrTags
{
    /// <summary>No length: a count, a length or a type description follows.</summary>
    internal const int Variable = -1, Unknown = -2;

    /// <summary>Octets of content; <see cref="Variable"/>, or <see cref="Unknown"/> for a tag that is not in the standard.</summary>
    /// <remarks>A switch, not a table: the processor foresees the branch and reads on, where it would wait for the number of a table.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int SizeOf(byte tag) => tag switch
    {
        0x00 or 0xFF => 0,
        0x03 or 0x0D or 0x0F or 0x11 or 0x16 or 0x1C or 0x1F => 1,
        0x10 or 0x12 or 0x1D or 0x20 => 2,
        0x05 or 0x06 or 0x17 or 0x1B or 0x1E or 0x21 => 4,
        0x14 or 0x15 or 0x18 => 8,
        0x19 => 12,
        0x1A => 5,
        0x01 or 0x02 or 0x04 or 0x09 or 0x0A or 0x0C or 0x13 => Variable,
        _ => Unknown,
    };
}
