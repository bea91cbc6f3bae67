using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Simulation.Modems;

namespace Unit.Live;

/// <summary>The shipped service as the box of one building: an electricity meter on a serial line, four others over the air, no power line; a head-end of its own, a display and a tenant's home automation.</summary>
public sealed class BuildingTests
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    [Requirement("E4", "E8", "I-G1")]
    [Fact]
    public async Task A_box_of_profile_lnap_reads_five_meters_delivers_them_and_shows_the_tenant_the_own_ones()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: "lnap");
        string[] meters = [.. File.ReadAllLines(street.KeysFile).Where(line => !line.StartsWith("ST-", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).Distinct()];
        Assert.Equal(5, meters.Length);
        var (electricity, neighbour) = (meters.Single(meter => meter.StartsWith("SIM", StringComparison.Ordinal)), meters.First(meter => meter.EndsWith("-07", StringComparison.Ordinal)));
        street.Slot = TimeSpan.FromMinutes(15); // what is read for the display is shown and not stored
        using var display = new Pty();
        var home = Mosquitto.FreePort();
        var token = Path.Combine(street.Directory, "flat-a.token");
        File.WriteAllText(token, Token + "\n");
        File.SetUnixFileMode(token, UnixFileMode.UserRead);
        Directory.CreateDirectory(Path.Combine(street.Directory, "conf.d"));
        File.WriteAllText(Path.Combine(street.Directory, "conf.d", "home.toml"), $"""
            profile = "lnap"
            [home]
            listen = "127.0.0.1:{home}"
            [[home.consumer]]
            name = "flat-a"
            meters = ["{electricity}"]
            token = "{token}"
            display = "{display.Path}"
            refresh = "5s"
            """);
        using (var service = street.StartService())
        {
            await Street.WaitAsync(
                () => meters.All(meter => street.Consumer.Keys().Any(key => key.StartsWith(meter + "/", StringComparison.Ordinal))), () => "not all five meters were delivered" + street.Log);
            using var client = new HttpClient();
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            var shown = JsonDocument.Parse("{}").RootElement;
            await Street.WaitAsync(() => (shown = Get(client, home)).GetProperty("meters")[0].GetProperty("fresh").GetBoolean(), () => $"nothing fresh: {shown}" + street.Log);
            Assert.Equal(electricity, shown.GetProperty("meters")[0].GetProperty("meter").GetString());
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await client.GetAsync($"http://127.0.0.1:{home}/home/v1/meters/{neighbour}")).StatusCode);
            var telegrams = "";
            await Street.WaitAsync(() => (telegrams += Encoding.ASCII.GetString(display.Read(100))).Contains("1-0:1.8.0(", StringComparison.Ordinal), "the display saw no energy");
            await Street.WaitAsync(() => street.Tool("audit", "list").Output.Contains("consumer flat-a", StringComparison.Ordinal), "the refusal is in no audit");
            Assert.Contains("\"profile\":\"lnap\"", street.Consumer.Payloads("/identity")[^1], StringComparison.Ordinal);
            await Task.Delay(TimeSpan.FromSeconds(16)); // what was answered before the end counts as uncommitted for 15 s
            await street.StopSimulatorAsync();
            await street.ArrivedAsync();
            await ServiceProcess.StopAsync(service);
            Assert.Equal(0, service.ExitCode);
        }

        var (explained, _, report) = street.Judge();
        Assert.True(explained, report + street.Log);
        street.Consumer.MustAllFitTheirSchemas();
    }

    private static JsonElement Get(HttpClient client, int port) => JsonDocument.Parse(client.GetStringAsync($"http://127.0.0.1:{port}/home/v1/values").Result).RootElement;
}
