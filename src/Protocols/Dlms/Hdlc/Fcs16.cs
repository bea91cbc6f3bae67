namespace Protocols.Dlms.Hdlc;

/// <summary>Frame check sequence of ISO/IEC 13239 (CRC-16/X-25: x16 + x12 + x5 + 1, start FFFF, complemented), sent low octet first.</summary>
public static class Fcs16
{
    private const ushort Polynomial = 0x8408;

    private static readonly SlicingTables Tables = SlicingTables.Of(Polynomial);

    /// <summary>The check sequence over the octets (HCS and FCS alike; IEC 62056-46, 6.4.2).</summary>
    public static ushort Compute(ReadOnlySpan<byte> octets) => (ushort)~Continue(0xFFFF, octets);

    /// <summary>Carries a running value, not complemented, over further octets; start with 0xFFFF.</summary>
    internal static uint Continue(uint crc, ReadOnlySpan<byte> octets) => SlicingTables.Continue(Tables, crc, octets);
}
