namespace Unit.Live;

/// <summary>Meters that speak by themselves, on a customer interface, on a P1 port and over the network; the service, killed in between; a real broker, a subscriber.</summary>
public class PushTests
{
    private static readonly string[] Meters = ["ST-53494D0100002328/reg/", "E0099000000009003/reg/", "SIM0000000009001/reg/", "SIM0000000009002/reg/"];

    [Requirement("F2", "EU8")]
    [Fact]
    public async Task Everything_that_was_pushed_and_confirmed_arrives_once_with_its_alarms_also_across_kills()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: "all");
        for (var life = 0; life < 3; life++)
        {
            using var service = street.StartService();
            var before = Count(street);
            await Street.WaitAsync(() => Count(street).Zip(before).All(pair => pair.First > pair.Second), () => $"life {life}: {string.Join(' ', Count(street))} rows{street.Log}");
            await Task.Delay(Random.Shared.Next(0, 1500));
            await ServiceProcess.KillAsync(service);
        }

        using (var last = street.StartService())
        {
            // The gas meter behind the P1 port tells an hour's value again and again: it is told once.
            await Street.WaitAsync(() => street.Consumer.Keys().Any(key => key.StartsWith("G0099000000009003/", StringComparison.Ordinal)), () => "no gas value came" + street.Log);
            await Street.WaitAsync(() => street.Consumer.Payloads("/events/alarm").Any(payload => payload.Contains("fraud attempt", StringComparison.Ordinal)), () => "no alarm came" + street.Log);
            await Street.WaitAsync(() => street.Consumer.Payloads("/events/").Any(payload => payload.Contains("power was back after 240 s", StringComparison.Ordinal)), () => "no power failure was told" + street.Log);
            await Task.Delay(TimeSpan.FromSeconds(16)); // what was said before a kill counts as uncommitted for 15 s
            await street.StopSimulatorAsync();
            await street.ArrivedAsync();
            await ServiceProcess.StopAsync(last);
            Assert.Equal(0, last.ExitCode);
        }

        var words = await street.SimulatorsLastWordsAsync();
        Assert.Contains("invocation counters used again: 0", words, StringComparison.Ordinal);
        Assert.DoesNotContain("pushes confirmed: 0", words, StringComparison.Ordinal);
        var (explained, _, report) = street.Judge();
        Assert.True(explained, report);
        street.Consumer.MustAllFitTheirSchemas();
    }

    private static int[] Count(Street street)
    {
        var keys = street.Consumer.Keys().ToArray();
        return [.. Meters.Select(meter => keys.Count(key => key.StartsWith(meter, StringComparison.Ordinal)))];
    }
}
