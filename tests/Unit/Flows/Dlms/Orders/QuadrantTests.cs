using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Import and export, active and reactive, total and by quadrant: each value under its own code, none taken for another (EU10).</summary>
public class QuadrantTests
{
    private const byte WattHour = 30, VarHour = 32;

    /// <summary>Energies that differ in every digit, as 4-quadrant meters have them: +A -A +R -R and R of quadrants I to IV.</summary>
    private static readonly (byte C, byte Unit, uint Value)[] Energies =
        [(1, WattHour, 11_111_111), (2, WattHour, 2_222_222), (3, VarHour, 333_333), (4, VarHour, 44_444), (5, VarHour, 5_555), (6, VarHour, 666), (7, VarHour, 77), (8, VarHour, 8)];

    [Requirement("EU10")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_quadrant_stands_under_its_own_code_with_its_own_unit(bool overHdlc)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7), overHdlc ? new MeterHdlcPlan() : null);
        foreach (var (c, unit, value) in Energies)
        {
            bench.Meter.Device.Add(new EnergyObject(new Obis(1, 0, c, 8, 0, 255), unit, value));
        }

        Assert.True(await bench.ListeningAsync());
        var block = (await bench.ReadAsync(ReadOrder.Registers)).Block!;
        foreach (var (c, unit, value) in Energies)
        {
            var at = Array.FindIndex(block.Columns.ToArray(), column => column.Obis == new Obis(1, 0, c, 8, 0, 255));
            Assert.True(at >= 0, $"1-0:{c}.8.0*255 is missing");
            Assert.Equal((unit, (Int128)value), (block.Columns[at].Unit.CosemCode, block.ValuesOf(0)[at].Mantissa));
        }
    }

    [Requirement("F1", "EU10")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task The_four_quadrants_come_apart_over_a_power_line(string network)
    {
        await using var bench = new StreetBench(network);
        await bench.JoinedAsync();
        var meter = bench.Meters[0];
        var told = new Dictionary<Obis, string>();
        meter.ValueAnswered += answered => told[answered.Name] = answered.Value.Text(meter.Clock);
        var step = await bench.OrderAsync(meter, OrderKind.Read, new ReadOrder(ReadOrder.Registers, null, null, null).ToPayload());
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Obis[] quadrants = [new(1, 0, 1, 8, 0, 255), new(1, 0, 2, 8, 0, 255), new(1, 0, 3, 8, 0, 255), new(1, 0, 4, 8, 0, 255)];
        var columns = step.Block!.Columns.ToArray();
        var values = quadrants.Select(name => step.Block.ValuesOf(0)[Array.FindIndex(columns, column => column.Obis == name)].Mantissa.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(quadrants.Select(name => told[name]), values);
        Assert.Equal(4, values.Distinct().Count());
        Assert.Equal([WattHour, WattHour, VarHour, VarHour], quadrants.Select(name => columns[Array.FindIndex(columns, column => column.Obis == name)].Unit.CosemCode));
    }

    private sealed class EnergyObject(Obis name, byte unit, uint value) : CosemObject(3, 0, name)
    {
        public override int Attributes => 3;

        public override DataResult Get(int attribute, Selection? access) =>
            attribute == 2 ? Result(new DataWriter().UInt32(value).ToArray()) : attribute == 3 ? Result(new DataWriter().Structure(2).Int8(0).Enum(unit).ToArray()) : Error(Undefined);
    }
}
