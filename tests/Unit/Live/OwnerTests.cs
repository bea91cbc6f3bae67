using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Metering;
using Unit.Flows.Security;

namespace Unit.Live;

/// <summary>Meters that are imported, given to another box, exchanged and retired: the service binary, a real broker, a head-end that signs.</summary>
public sealed class OwnerTests
{
    private const string Topic = "dc/v1/dc-test/owner";

    [Requirement("I-L", "I-N")]
    [Fact]
    public async Task A_signed_list_is_in_force_through_a_restart_and_one_that_is_older_or_forged_changes_nothing()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await TrustAsync(street, key);
        using (var service = street.StartService())
        {
            await Street.WaitAsync(() => street.Consumer.Keys().Length >= 8, "no readings");
            var meter = street.Consumer.Keys()[0].Split('/')[0];
            await street.Consumer.SayAsync(Topic, SignedList.Of(key, 5, SignedList.Entry(meter, "dc-0002")), retain: true);
            await Street.WaitAsync(() => Shown(street, meter)["heardElsewhere"]?.GetValue<string>() == "dc-0002", () => "the list was not taken" + street.Log);
            await Street.WaitAsync(() => Metas(street, meter).Any(meta => meta.Contains("\"heardElsewhere\":\"dc-0002\"", StringComparison.Ordinal)), "meta does not tell it");
            await ServiceProcess.StopAsync(service);
        }

        using (var service = street.StartService())
        {
            var meter = street.Consumer.Keys()[0].Split('/')[0];
            await Street.WaitAsync(() => street.Tool("meter", "show", meter).Code == 0, "the meter is forgotten");
            Assert.Equal("dc-0002", Shown(street, meter)["heardElsewhere"]!.GetValue<string>());
            await street.Consumer.SayAsync(Topic, SignedList.Of(key, 4, SignedList.Entry(meter, "dc-test")));
            await Street.WaitAsync(() => street.Log.Contains("version 4 is not newer than 5", StringComparison.Ordinal), "the older list was not refused");
            await street.Consumer.SayAsync(Topic, SignedList.Of(stranger, 6, SignedList.Entry(meter, "dc-test")));
            await Street.WaitAsync(() => street.Log.Contains("the signature does not hold under key hes-1", StringComparison.Ordinal), "the forged list was not refused");
            await street.Consumer.SayAsync(Topic, "no json");
            await Street.WaitAsync(() => street.Log.Contains("the list is no JSON", StringComparison.Ordinal), "the nonsense was not refused");
            Assert.Equal("dc-0002", Shown(street, meter)["heardElsewhere"]!.GetValue<string>());
            using var browser = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{street.Http}") };
            var view = JsonNode.Parse(await browser.GetStringAsync("/api/v1/owner"))!;
            Assert.Equal((5L, 3L), (view["version"]!.GetValue<long>(), view["refused"]!.GetValue<long>()));
            await street.Consumer.SayAsync(Topic, SignedList.Of(key, 7, SignedList.Entry(meter, "dc-test")), retain: true);
            await Street.WaitAsync(() => Shown(street, meter)["heardElsewhere"] is null, "the meter did not come back");
            await ServiceProcess.StopAsync(service);
            Assert.Equal(0, service.ExitCode);
        }

        Assert.Equal(0, street.Tool("ledger", "verify").Code);
    }

    [Fact]
    public async Task Imported_meters_tell_their_place_an_exchange_keeps_the_last_value_with_its_proof_and_a_retired_one_is_removed()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped);
        const string Secret = "CAFEBABE0405060708090A0B0C0D0E0F";
        using var service = street.StartService();
        await Street.WaitAsync(() => street.Consumer.Keys().Length >= 8, "no readings");
        string[] meters = [.. street.Consumer.Keys().Select(key => key.Split('/')[0]).Distinct().Take(2)];
        var list = Path.Combine(street.Directory, "list.csv");
        await File.WriteAllTextAsync(list, $"mbus,place,phase,ldn,eui,psk\n{meters[0]},ES0021,,,,\n{meters[1]},ES0022,,,,\n,ES0023,L1,LGZ1030655933512,00124B0000000001,{Secret}\n");
        Assert.Equal(0, street.Tool("meter", "import", list, "--check").Code);
        Assert.Contains("3 meters, 3 of them new, 1 keys: imported", street.Tool("meter", "import", list).Output, StringComparison.Ordinal);
        await Street.WaitAsync(() => Metas(street, meters[0]).Any(meta => meta.Contains("\"place\":\"ES0021\"", StringComparison.Ordinal) && meta.Contains("\"stage\":\"joined\"", StringComparison.Ordinal)), () => "meta does not tell the place" + street.Log);
        await Street.WaitAsync(() => street.Consumer.Readings().Any(message => message.Contains($"\"meter\":\"{meters[0]}\",\"via\":null,\"place\":\"ES0021\"", StringComparison.Ordinal)), "no block has the place");

        var (code, output) = street.Tool("meter", "exchange", meters[0], "GWI-77777777-3C-03", "--json");
        Assert.True(code == 0, output + street.Log);
        var life = JsonNode.Parse(output)!;
        var final = life["final"]!.AsArray()[0]!;
        Assert.Equal(64, final["chainHash"]!.GetValue<string>().Length);
        var row = street.Tool("reading", "query", "--meter", meters[0], "--jsonl").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)
            .Single(row => row["seq"]!.GetValue<ulong>() == final["seq"]!.GetValue<ulong>() && row["column"]!.GetValue<string>() == final["column"]!.GetValue<string>());
        Assert.Equal(final["value"]!.GetValue<string>(), row["value"]!.GetValue<string>());
        Assert.Equal("ES0021", Shown(street, "GWI-77777777-3C-03")["place"]!.GetValue<string>());

        Assert.Equal(0, street.Tool("meter", "retire", meters[1]).Code);
        await Street.WaitAsync(() => Metas(street, meters[1]).Contains(""), "the retired meter's meta stands for ever");
        var report = JsonDocument.Parse(street.Tool("report", "handover", "--json").Output).RootElement;
        Assert.Equal((2, 1, 1), (report.GetProperty("open").GetInt32(), report.GetProperty("exchanged").GetInt32(), report.GetProperty("retired").GetInt32()));
        street.Consumer.MustAllFitTheirSchemas();
        await ServiceProcess.StopAsync(service);
        var octets = Directory.EnumerateFiles(street.State, "*", SearchOption.AllDirectories).Select(File.ReadAllBytes).ToList();
        Assert.All(octets, file => Assert.True(file.AsSpan().IndexOf(Convert.FromHexString(Secret)) < 0 && file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Secret)) < 0, "a key stands in clear in the state"));
        Assert.DoesNotContain(Secret, street.Log, StringComparison.OrdinalIgnoreCase);
    }

    /// <param name="orders">What the key may sign.</param>
    internal static async Task TrustAsync(Street street, ECDsa key, string orders = "owner")
    {
        await File.WriteAllTextAsync(Path.Combine(street.Directory, "hes-1.pem"), key.ExportSubjectPublicKeyInfoPem());
        Directory.CreateDirectory(Path.Combine(street.Directory, "conf.d"));
        await File.WriteAllTextAsync(Path.Combine(street.Directory, "conf.d", "issuer.toml"), $"[[issuer]]\nkeyId = \"hes-1\"\npublicKey = \"{street.Directory}/hes-1.pem\"\norders = [\"{orders}\"]\n");
    }

    private static JsonNode Shown(Street street, string meter)
    {
        Assert.True(MeterId.TryParse(meter, out _));
        return JsonNode.Parse(street.Tool("meter", "show", meter, "--json").Output)!;
    }

    private static string[] Metas(Street street, string meter) => street.Consumer.Payloads($"/meters/{meter}/meta");
}
