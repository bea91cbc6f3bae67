namespace Protocols.P1;

/// <summary>CRC-16 of P1 telegrams, from the slash to the exclamation mark: x16 + x15 + x2 + 1, least significant bit first, begins with 0 (DSMR P1 clause 6.2).</summary>
internal static class P1Crc16
{
    private const ushort Polynomial = 0xA001;
    private static readonly SlicingTables Tables = SlicingTables.Of(Polynomial);

    internal static ushort Of(ReadOnlySpan<byte> octets) => (ushort)SlicingTables.Continue(Tables, 0, octets);
}
