using Metering;

namespace Protocols.MBus.Records;

/// <summary>
/// OBIS codes of EN 13757-1 for present values (storage 0): medium from the device type, quantity from the VIF. Stored, error and limit values get none: their F or D
/// would be a guess.
/// </summary>
internal static class ObisMap
{
    private const RecordLabels NoCode = RecordLabels.LowerLimit | RecordLabels.UpperLimit | RecordLabels.TimeOf | RecordLabels.DurationOf | RecordLabels.PerUnit
        | RecordLabels.Maker | RecordLabels.Average | RecordLabels.RelativeDeviation | RecordLabels.Leakage | RecordLabels.Overflow | RecordLabels.Future
        | RecordLabels.Difference | RecordLabels.PhaseToPhase | RecordLabels.Quadrant;

    internal static Obis Of(byte deviceType, in MBusRecord record)
    {
        var medium = DeviceType.ObisMedium(deviceType);
        if (medium == 0 || record.Storage != 0 || record.Subunit != 0 || (record.Labels & NoCode) != 0 || record.Function is RecordFunction.Error or RecordFunction.Minimum)
        {
            return Obis.None;
        }

        if (record.Function == RecordFunction.Maximum)
        {
            return medium == 1 && record.Quantity == "power" ? Electricity(record, record.Labels.HasFlag(RecordLabels.Backward) ? 2 : 1, 6) : Obis.None;
        }

        return medium switch
        {
            1 => ElectricityOf(record),
            4 => record.Quantity == "hca_units" ? Code(4, 1, 0, record) : Obis.None,
            5 or 6 => ThermalOf(medium, record),
            7 => record.Quantity == "volume" ? Code(7, 3, 0, record) : Obis.None,
            _ => record.Quantity switch { "volume" => Code(medium, 1, 0, record), "volume_flow" => Code(medium, 2, 0, record), _ => Obis.None },
        };
    }

    private static Obis ElectricityOf(in MBusRecord record)
    {
        var back = (record.Labels & RecordLabels.Backward) != 0 ? 1 : 0;
        var phase = (record.Labels & RecordLabels.PhaseL1) != 0 ? 20 : (record.Labels & RecordLabels.PhaseL2) != 0 ? 40 : (record.Labels & RecordLabels.PhaseL3) != 0 ? 60 : 0;
        return record.Quantity switch
        {
            "energy" when record.Unit.Symbol == UnitSymbol.Wh => Electricity(record, 1 + back + phase, 8),
            "reactive_energy" => Electricity(record, 3 + back + phase, 8),
            "apparent_energy" => Electricity(record, 9 + back + phase, 8),
            "power" when record.Unit.Symbol == UnitSymbol.W => Electricity(record, 1 + back + phase, 7),
            "reactive_power" => Electricity(record, 3 + back + phase, 7),
            "apparent_power" => Electricity(record, 9 + back + phase, 7),
            "voltage" => Electricity(record, 12 + phase, 7),
            "current" => Electricity(record, 11 + phase, 7),
            "frequency" => Electricity(record, 14, 7),
            _ => Obis.None,
        };
    }

    private static Obis ThermalOf(byte medium, in MBusRecord record) => record.Quantity switch
    {
        "energy" => Code(medium, 1, 0, record),
        "volume" => Code(medium, 2, 0, record),
        "power" => Code(medium, 8, 0, record),
        "volume_flow" => Code(medium, 9, 0, record),
        "flow_temperature" => Code(medium, 10, 0, record),
        "return_temperature" => Code(medium, 11, 0, record),
        "temperature_difference" => Code(medium, 12, 0, record),
        _ => Obis.None,
    };

    private static Obis Electricity(in MBusRecord record, int c, byte d) => record.Tariff < 64 ? new Obis(1, 0, (byte)c, d, (byte)record.Tariff, 255) : Obis.None;

    private static Obis Code(byte a, byte c, byte d, in MBusRecord record) => record.Tariff < 64 ? new Obis(a, 0, c, d, (byte)record.Tariff, 255) : Obis.None;
}
