using System.Buffers.Binary;
using Drivers.Dlms;
using Metering;
using Protocols.Dlms;
using Protocols.Dlms.Model;

namespace Unit.Live;

/// <summary>What a meter says of its registers, for tests of the consumers' side.</summary>
internal static class HomeBlocks
{
    internal static ReadingBlock Of(MeterId meter, params (string Code, uint Number, sbyte Scaler, UnitSymbol Unit)[] values) => ToReadings.Registers(
        new ReadFor(meter, OrderId: "own-1"), MeterProfiles.Find("plain"),
        [.. values.Select(value => new ReadColumn(new CaptureObject(3, Obis.TryParse(value.Code, out var obis) ? obis : throw new FormatException(value.Code), 2, 0), value.Unit, value.Scaler))], null,
        [.. values.Select(value => (ReadOnlyMemory<byte>)Octets(value.Number))]);

    /// <summary>A double-long-unsigned in A-XDR.</summary>
    private static byte[] Octets(uint number)
    {
        byte[] octets = [0x06, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(1), number);
        return octets;
    }
}
