using Microsoft.Extensions.Time.Testing;
using Simulation.Field;
using Simulation.Scenarios;

namespace Unit.Flows.Simulator.Plc;

/// <summary>What the owner of a power line network is told of his meters: keys and shipment list, with what is wrong in them.</summary>
public sealed class G3FieldTests : IDisposable
{
    private readonly string _ports = Path.Combine(Path.GetTempPath(), $"ports-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_ports))
        {
            Directory.Delete(_ports, recursive: true);
        }
    }

    [Fact]
    public void Keys_and_shipment_name_every_meter_and_the_planned_faults_are_in_them()
    {
        using var field = new PlcField(
            PlcGroup.G3 with { Count = 5, Faults = [(1, PlcGroup.KeyMissing), (2, PlcGroup.NodeKeyWrong), (3, PlcGroup.NodeKeyMissing), (4, "garbage")] }, 1, _ports, new FakeTimeProvider());
        Assert.Equal("SIM0000000020001 SIM0000000020002 SIM0000000020003 SIM0000000020004 SIM0000000020005", string.Join(' ', field.Meters.Select(meter => meter.Meter.Name)));
        var keys = field.KeyLines.ToList();
        Assert.DoesNotContain(keys, line => line.StartsWith("SIM0000000020001 ", StringComparison.Ordinal));
        Assert.Equal(4 * 2, keys.Count(line => line.Contains(" dlms client=", StringComparison.Ordinal)));
        Assert.Contains($"404022FFFE004E21 psk={Convert.ToHexString(field.Meters[0].NodeKey)}", keys);
        Assert.DoesNotContain(keys, line => line.EndsWith(Convert.ToHexString(field.Meters[1].NodeKey), StringComparison.Ordinal));
        Assert.Contains(keys, line => line.StartsWith("404022FFFE004E22 psk=", StringComparison.Ordinal));
        Assert.DoesNotContain(keys, line => line.StartsWith("404022FFFE004E23 ", StringComparison.Ordinal));
        var rows = field.Meters.Select(Shipment.RowOf).ToList();
        Assert.All(rows, row => Assert.Equal(Shipment.Header.Split(',').Length, row.Split(',').Length));
        Assert.Equal($"SIM0000000020005,SIM0000020005,404022FFFE004E25,,PLACE00000020005,{field.Meters[4].Place.Phase},idis,{Convert.ToHexString(field.Meters[4].NodeKey)},", rows[4]);
        Assert.Equal(Simulation.Dlms.MeterFault.Garbage, field.Meters[3].Meter.Plan.Faults);
    }

    [Fact]
    public void A_PRIME_network_has_meters_of_its_own_numbers()
    {
        using var field = new PlcField(PlcGroup.Prime with { Count = 3, Security = 1, Faults = [(2, PlcGroup.NodeKeyMissing)] }, 1, _ports, new FakeTimeProvider());
        Assert.Equal("404022002711", field.Meters[0].Place.Eui);
        Assert.StartsWith("SIM0000000010001,SIM0000010001,404022002711,,PLACE00000010001,", Shipment.RowOf(field.Meters[0]), StringComparison.Ordinal);
        Assert.Equal(0, field.Reachable);
        Assert.Equal(3, field.Meters[0].KeyLines.Count()); // two clients, and the node itself
        Assert.Contains($"404022002711 duk={Convert.ToHexString(field.Meters[0].NodeKey)}", field.KeyLines);
        Assert.Equal(2, field.Meters[1].KeyLines.Count());
        Assert.EndsWith($",,{Convert.ToHexString(field.Meters[0].NodeKey)}", Shipment.RowOf(field.Meters[0]), StringComparison.Ordinal);
    }
}
