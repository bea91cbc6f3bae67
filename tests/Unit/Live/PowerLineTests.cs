using System.Text.Json;

namespace Unit.Live;

/// <summary>A substation in real time: PRIME and G3 modems on ptys with meters behind them, radio meters, a feeder meter, the service, a real broker. It is killed in the middle.</summary>
public sealed class PowerLineTests
{
    [Requirement("I-C")]
    [Fact]
    public async Task Both_networks_come_up_all_meters_are_read_and_every_value_is_explained_though_the_service_is_killed()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: "substation");
        var rows = File.ReadAllLines(street.Shipment).Select(line => line.Split(',')).ToList();
        var (name, eui) = (Array.IndexOf(rows[0], "ldn"), Array.IndexOf(rows[0], "eui"));
        var meters = rows.Skip(1).Where(row => row[eui].Length > 0).Select(row => row[name]).ToHashSet();
        Assert.True(meters.Count >= 10, $"{meters.Count} meters behind power line modems");
        using (var first = street.StartService())
        {
            await Street.WaitAsync(() => street.Tool("meter", "import", street.Shipment).Code == 0, () => "the shipment list was not taken" + street.Log);
            await Street.WaitAsync(() => Read(street, meters) >= 4, () => "nothing came over the power lines" + street.Log);
            await ServiceProcess.KillAsync(first);
        }

        using (var second = street.StartService())
        {
            await Street.WaitAsync(() => Read(street, meters) == meters.Count, () => $"{Read(street, meters)} of {meters.Count} meters were read\n{street.Tool("net", "show").Output}" + street.Log);
            var nodes = JsonDocument.Parse(street.Tool("net", "show", "--json").Output).RootElement.GetRawText();
            Assert.All(meters, meter => Assert.Contains(meter, nodes, StringComparison.Ordinal));
            Assert.Contains("load-profile: 100.0 % by 12:00", street.Tool("status").Output, StringComparison.Ordinal);
            await Task.Delay(TimeSpan.FromSeconds(16)); // what was answered before a kill counts as uncommitted for 15 s
            await street.StopSimulatorAsync();
            await street.ArrivedAsync();
            await ServiceProcess.StopAsync(second);
            Assert.Equal(0, second.ExitCode);
        }

        var (explained, _, report) = street.Judge();
        Assert.True(explained, report + street.Log);
        street.Consumer.MustAllFitTheirSchemas();
    }

    /// <summary>Meters whose load profile and registers have arrived.</summary>
    private static int Read(Street street, HashSet<string> meters)
    {
        var keys = street.Consumer.Keys();
        return meters.Count(meter => keys.Any(key => key.StartsWith(meter + "/1-0:99.1.0", StringComparison.Ordinal)) && keys.Any(key => key.StartsWith(meter + "/reg/", StringComparison.Ordinal)));
    }
}
