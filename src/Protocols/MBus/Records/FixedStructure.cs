using System.Buffers.Binary;
using Metering;

namespace Protocols.MBus.Records;

/// <summary>
/// The old fixed data structure of wired meters (CI 73 on the wire; EN 1434-3:1997):
/// <code>id 4 (BCD) | access | status | medium and units 2 | counter 1 (4) | counter 2 (4)</code>
/// Status bit 0: counters are binary, else BCD; bit 1: stored at a fixed date, else actual. Medium: bits 6 and 7 of both unit octets.
/// </summary>
internal static class FixedStructure
{
    internal const int Length = 16;

    private const byte NoUnit = 0x3F, SameUnitHistoric = 0x3E;

    /// <summary>Reads it from behind the CI field. Null where all is well, else why not.</summary>
    internal static string? Read(ReadOnlySpan<byte> octets, int at, ref TelegramLayers layers, Span<MBusRecord> records)
    {
        var data = octets[at..];
        if (data.Length != Length)
        {
            return $"a fixed data structure has {Length} octets, {data.Length} are there";
        }

        layers.Access = data[4];
        layers.Status = (byte)(data[5] & 0xFC); // bits 0 and 1 are not the status bits of today
        var medium = (byte)(data[6] >> 6 | data[7] >> 6 << 2);
        layers.Meter = new DeviceAddress(0, BinaryPrimitives.ReadUInt32LittleEndian(data), 0, medium);
        var (first, second) = ((byte)(data[6] & 0x3F), (byte)(data[7] & 0x3F));
        records[0] = Counter(data, at, 8, first == SameUnitHistoric ? second : first, 1);
        records[1] = Counter(data, at, 12, second == SameUnitHistoric ? first : second, 2);
        records[0].Storage = first == SameUnitHistoric || (data[5] & 2) != 0 ? 1UL : 0;
        records[1].Storage = second == SameUnitHistoric || (data[5] & 2) != 0 ? 1UL : 0;
        return null;
    }

    private static MBusRecord Counter(ReadOnlySpan<byte> data, int at, int offset, byte unit, int which)
    {
        var (quantity, symbol, exponent, kind) = UnitOf(unit);
        var record = new MBusRecord
        {
            Name = which == 1 ? "counter_1" : "counter_2", DibAt = at + offset, DataAt = at + offset, DataLength = 4, Quantity = quantity, Unit = new Unit(symbol), Exponent = (sbyte)exponent, Form = VifForm.Number, Kind = kind, Ordinal = 1,
        };
        var counter = data.Slice(offset, 4);
        if ((data[5] & 1) != 0)
        {
            DataReader.SetNumber(BinaryPrimitives.ReadInt32LittleEndian(counter), ref record);
        }
        else
        {
            DataReader.ReadBcd(counter, ref record);
        }

        return record;
    }

    /// <summary>Nine steps of ten per quantity: Wh to 100 MWh, kJ to 100 GJ, and so on.</summary>
    private static (string Quantity, UnitSymbol Unit, int Exponent, ReadingKind Kind) UnitOf(byte code) => code switch
    {
        >= 0x02 and <= 0x0A => ("energy", UnitSymbol.Wh, code - 0x02, ReadingKind.Register),
        >= 0x0B and <= 0x13 => ("energy", UnitSymbol.Joule, code - 0x0B + 3, ReadingKind.Register),
        >= 0x14 and <= 0x1C => ("power", UnitSymbol.W, code - 0x14, ReadingKind.Instant),
        >= 0x1D and <= 0x25 => ("power", UnitSymbol.JoulePerHour, code - 0x1D + 3, ReadingKind.Instant),
        >= 0x26 and <= 0x2E => ("volume", UnitSymbol.CubicMetre, code - 0x26 - 6, ReadingKind.Register),
        >= 0x2F and <= 0x37 => ("volume_flow", UnitSymbol.CubicMetrePerHour, code - 0x2F - 6, ReadingKind.Instant),
        0x38 => ("temperature", UnitSymbol.Celsius, -3, ReadingKind.Instant),
        0x39 => ("hca_units", UnitSymbol.HeatCostAllocator, 0, ReadingKind.Register),
        NoUnit => ("dimensionless", UnitSymbol.Count, 0, ReadingKind.Register),
        _ => ("reserved", UnitSymbol.None, 0, ReadingKind.Instant),
    };
}
