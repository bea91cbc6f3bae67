using System.Text.Json;

namespace Unit.Live;

/// <summary>DLMS meters on a pty, on TCP and on UDP, the service, a real broker over TLS, a subscriber: everything a meter answered arrives once, whatever happens to the service.</summary>
public class FeederTests
{
    private const string OnTcp = "SIM0000000001000", OnSerial = "SIM0000000001001", OnUdp = "SIM0000000001002";

    [Requirement("E1", "I-L", "F2")]
    [Fact]
    public async Task Profiles_registers_and_events_of_all_arrive_and_kills_repeat_no_invocation_counter()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: "all");
        for (var life = 0; life < 5; life++)
        {
            var before = Keys(street).Length;
            using var service = street.StartService();
            await Street.WaitAsync(() => life == 0 ? HasServedAll(street) : Keys(street).Length > before, () => $"life {life}: no value of a DLMS meter came{street.Log}");
            await Task.Delay(Random.Shared.Next(0, 1500));
            await ServiceProcess.KillAsync(service);
        }

        using (var last = street.StartService())
        {
            await Street.WaitAsync(() => Keys(street).Count(key => key.Contains("/1-0:99.1.0*255/", StringComparison.Ordinal)) >= 3 * 192, () => "the load profiles are not whole" + street.Log);
            await Street.WaitAsync(() => street.Consumer.Payloads("/events/").Length >= 6, () => "the events did not come" + street.Log);
            await Street.WaitAsync(
                () => street.Consumer.Payloads("/readings/").Any(payload => payload.Contains("\"meter\":\"GWI-10001000-3C-03\",\"via\":{\"meter\":\"" + OnTcp + "\",\"channel\":1", StringComparison.Ordinal)),
                () => "the gas meter behind the first electricity meter never came" + street.Log);
            (int Code, string Output) read = (1, "");
            await Street.WaitAsync(
                () => (read = street.Tool("meter", "read", OnSerial, "--what", "1-0:1.8.0*255", "--jsonl")).Code == 0, () => "the meter on the serial line was never reached" + street.Log);
            Assert.Equal("done", JsonDocument.Parse(read.Output.Trim().Split('\n')[^1]).RootElement.GetProperty("state").GetString());
            Assert.Equal(2, street.Tool("event", "list", "--meter", OnTcp).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Equal(1, street.Tool("meter", "read", "XXX0000000000001").Code);
            await Task.Delay(TimeSpan.FromSeconds(16)); // what was answered before a kill counts as uncommitted for 15 s
            await street.StopSimulatorAsync();
            await street.ArrivedAsync();
            await ServiceProcess.StopAsync(last);
            Assert.Equal(0, last.ExitCode);
        }

        Assert.Contains("invocation counters used again: 0", await street.SimulatorsLastWordsAsync(), StringComparison.Ordinal);
        var (explained, _, report) = street.Judge();
        Assert.True(explained, report + street.Log);
        street.Consumer.MustAllFitTheirSchemas();
    }

    /// <summary>The key of each meter has served once: one that a kill cuts short at its first two tries rests an hour, which KeySparingTests are about.</summary>
    private static bool HasServedAll(Street street) => Keys(street) is var keys && ((string[])[OnTcp, OnSerial, OnUdp]).All(meter => keys.Any(key => key.StartsWith(meter, StringComparison.Ordinal)));

    private static string[] Keys(Street street) => [.. street.Consumer.Keys().Where(key => key.StartsWith("SIM", StringComparison.Ordinal))];
}
