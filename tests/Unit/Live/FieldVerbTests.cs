using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Concentrator.Cli;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Planner;

namespace Unit.Live;

/// <summary>The tools of day one, each over the real doors of a box.</summary>
public sealed class FieldVerbTests : IAsyncLifetime
{
    private const string Header = "ldn,serial,eui,mbus,place,phase,profile,psk,duk,guek,gak,hls\n";
    private const string Key = "CAFEBABE0405060708090A0B0C0D0E0F";
    private static readonly MeterId First = MeterId.Parse("LGZ1030655933512"), Second = MeterId.Parse("LGZ1030655933513");
    private readonly FieldBox _box = new("98.4 % by 12:00, 7 meters at risk", "branch down with switch 0080E1000001");

    public async ValueTask InitializeAsync() => await _box.OpenAsync();

    [Fact]
    public async Task A_list_is_checked_imported_and_shown_and_its_keys_are_never_seen()
    {
        var list = _box.Write("list.csv", Header + $"{First},SN1,0080E1000001,,ES0021,L1,prime,,{Key},{Key},{Key},\n{Second},SN2,00124B0000000002,,ES0022,L2,idis,{Key},,,,\n");
        var (code, output, errors) = await _box.ToolAsync("meter", "import", list, "--check");
        Assert.Equal((0, "2 meters, 4 keys: the list holds; nothing was changed\n"), (code, output));
        Assert.Contains($"{list}:3: note: guek: no DLMS key of {Second}", errors, StringComparison.Ordinal);
        Assert.Empty(_box.Ledger.Records);
        (code, output, var more) = await _box.ToolAsync("meter", "import", list);
        Assert.Equal((0, "2 meters, 2 of them new, 4 keys: imported\n"), (code, output));
        Assert.True(_box.Keys.Has(new KeyName("00124B0000000002", KeyPurpose.Psk)));
        var (_, listed, _) = await _box.ToolAsync("meter", "list");
        Assert.Matches($"{First}.*not-heard.*expected.*ES0021.*L1.*branch down with switch", listed);
        var (shown, text, _) = await _box.ToolAsync("meter", "show", First.Text);
        Assert.Equal(0, shown);
        Assert.Contains("life.eui             0080E1000001", text, StringComparison.Ordinal);
        Assert.Contains("reason               branch down with switch 0080E1000001", text, StringComparison.Ordinal);
        Assert.DoesNotContain("CAFEBABE", output + errors + more + listed + text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_list_with_faults_ends_with_1_names_line_and_column_and_needs_no_service_for_it()
    {
        var list = _box.Write("bad.csv", Header + $"{First},,0080E100000,,,,,,,,,\n{First},,,,,,,,,{Key[..30]},,\n");
        foreach (var socket in (string[])["--state", "--socket"])
        {
            var (code, output, errors) = await _box.ToolAsync("meter", "import", list, "--check", socket, "/nowhere");
            Assert.Equal((1, "2 faults; nothing is imported\n"), (code, output));
            Assert.Contains($"{list}:2: eui: 11 hex digits are no EUI", errors, StringComparison.Ordinal);
            Assert.Contains($"{list}:3: guek: wants 32 or 64 hex digits, has 30", errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_good_list_is_checked_by_itself_where_no_service_runs_and_an_import_without_one_ends_with_5()
    {
        var list = _box.Write("good.csv", Header + $"{First},,,,,,,,,,,\n");
        var alone = new FieldBox();
        await using (alone)
        {
            var (code, output, errors) = await alone.ToolAsync("meter", "import", list, "--check");
            Assert.Equal((0, "1 meters, 0 keys: the list holds; nothing was changed\n"), (code, output));
            Assert.Contains("checked by itself only, not against the box's book: the service is not reached", errors, StringComparison.Ordinal);
            Assert.Equal(ExitCode.Unreachable, (await alone.ToolAsync("meter", "import", list)).Code);
            Assert.Equal(ExitCode.NotFound, (await alone.ToolAsync("meter", "import", "/nowhere.csv")).Code);
            Assert.Equal(ExitCode.Usage, (await alone.ToolAsync("meter", "import")).Code);
        }
    }

    [Fact]
    public async Task Twenty_thousand_rows_pass_the_door_in_seconds()
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < 20_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"LGZ10306{i:D8},SN{i},00124B00{i:X8},,ES{i},L1,idis,{Key[..24]}{i:X8},,{Key[..24]}{i:X8},{Key[..24]}{i:X8},\n");
        }

        var list = _box.Write("many.csv", text.ToString());
        var began = Stopwatch.GetTimestamp();
        var (code, output, _) = await _box.ToolAsync("meter", "import", list);
        Assert.Equal((0, "20000 meters, 20000 of them new, 60000 keys: imported\n"), (code, output));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"{Stopwatch.GetElapsedTime(began)}");
        Assert.Equal(20_000, _box.Book.Open.Count);
    }

    [Requirement("E7")]
    [Fact]
    public async Task Meters_are_expected_exchanged_with_their_final_reading_and_retired_by_name()
    {
        Assert.Equal(0, (await _box.ToolAsync("meter", "expect", First.Text, "--eui", "00:80:e1:00:00:01", "--serial", "sn1", "--place", "ES0021", "--phase", "2")).Code);
        Assert.Equal(("0080E1000001", "SN1", "ES0021", "L2"), (_box.Book.Find(First)!.Eui, _box.Book.Find(First)!.Serial, _box.Book.Find(First)!.Place, _box.Book.Find(First)!.Phase));
        var at = _box.Time.Now.Utc!.Value;
        _box.Rows.Add(Row(First, "3/1-0:1.8.0*255/2.0", "4711", "Wh", at.AddHours(-3), 8));
        _box.Rows.Add(Row(First, "3/1-0:1.8.0*255/2.0", "4712", "Wh", at.AddHours(-2), 9));
        _box.Rows.Add(Row(First, "3/1-0:1.7.0*255/2.0", "3", "W", at.AddHours(-2), 9)); // a power settles no bill
        var (code, output, _) = await _box.ToolAsync("meter", "exchange", First.Text, Second.Text);
        Assert.Equal(0, code);
        Assert.Contains($"exchanged  ES0021  L2  EUI 0080E1000001  serial SN1  then {Second}", output, StringComparison.Ordinal);
        Assert.Matches("final 3/1-0:1.8.0\\*255/2.0 +4712e0 .*Wh .*ledger 9, seal abababababababab", output);
        Assert.DoesNotContain("1.7.0", output, StringComparison.Ordinal);
        Assert.Equal("ES0021", _box.Book.Find(Second)!.Place);
        Assert.Equal(0, (await _box.ToolAsync("meter", "retire", Second.Text, "--json")).Code);
        Assert.Equal(MeterStage.Retired, _box.Book.Find(Second)!.Stage);
        Assert.Equal((ExitCode.Failed, ExitCode.NotFound), ((await _box.ToolAsync("meter", "retire", Second.Text)).Code, (await _box.ToolAsync("meter", "retire", "XXX0000000000000")).Code));
        Assert.Equal((ExitCode.Usage, ExitCode.Usage), ((await _box.ToolAsync("meter", "exchange", First.Text)).Code, (await _box.ToolAsync("meter", "exchange", First.Text, Second.Text, "--at", "noon")).Code));
        var (bad, _, why) = await _box.ToolAsync("meter", "expect", First.Text, "--eui", "12");
        Assert.Equal(ExitCode.Failed, bad);
        Assert.Contains("eui: 2 hex digits are no EUI", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PRIME_network_is_a_tree_and_a_G3_network_a_list()
    {
        _box.Told("plc0", "prime", new NetworkNode("0080E1000003", "13", NodeState.Registered, "no 4-32 connection yet") { Parent = "0080E1000002", Level = 2 });
        _box.Told("plc0", "prime", new NetworkNode("0080E1000002", "12", NodeState.Connected, "") { Parent = "0080E1000001", Level = 1, IsSwitch = true, QualityPercent = 86, Meter = First });
        _box.Told("plc0", "prime", new NetworkNode("0080E1000001", "11", NodeState.Connected, "") { Level = 0, IsSwitch = true });
        _box.Told("plc0", "prime", new NetworkNode("0080E1000004", "", NodeState.Gone, "left") { Parent = "0080E1000004" });
        _box.Told("plc1", "g3", new NetworkNode("00124B0000000001", "0001", NodeState.Connected, "") { Level = 1, QualityPercent = 50 });
        _box.Told("plc1", "g3", new NetworkNode("00124B0000000002", "", NodeState.Quarantined, "nobody expects it"));
        var (code, output, _) = await _box.ToolAsync("net", "show");
        Assert.Equal(0, code);
        var lines = output.Split('\n');
        Assert.Equal("plc0 (prime): 4 nodes, 1 registered, 2 connected, 1 gone; since start 0 joined, 0 left, 0 moved", lines[0]);
        Assert.StartsWith("  +0080E1000001 ", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("    +0080E1000002 ", lines[3], StringComparison.Ordinal);
        Assert.Contains($"{First}       connected       86 %", lines[3], StringComparison.Ordinal);
        Assert.StartsWith("      -0080E1000003 ", lines[4], StringComparison.Ordinal);
        Assert.EndsWith("2 hops; no 4-32 connection yet", lines[4], StringComparison.Ordinal);
        Assert.StartsWith("  -0080E1000004 ", lines[5], StringComparison.Ordinal);
        var (_, mesh, _) = await _box.ToolAsync("net", "show", "plc1", "--json");
        Assert.Equal(["connected", "quarantined"], JsonNode.Parse(mesh)!["nodes"]!.AsArray().Select(node => node!["state"]!.GetValue<string>()));
        Assert.Equal(ExitCode.NotFound, (await _box.ToolAsync("net", "show", "plc9")).Code);
        var (_, waiting, _) = await _box.ToolAsync("net", "join");
        Assert.Equal(2, waiting.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("nobody expects it", waiting, StringComparison.Ordinal);
        var (_, shown, _) = await _box.ToolAsync("meter", "show", First.Text);
        Assert.Equal("", shown); // never heard nor expected
        await _box.ToolAsync("meter", "expect", Second.Text, "--eui", "0080E1000003");
        Assert.Matches("sentence +expected since .*; its node 0080E1000003 is registered: no 4-32 connection yet", (await _box.ToolAsync("meter", "show", Second.Text)).Output);
        await _box.ToolAsync("meter", "expect", First.Text, "--eui", "0080E1FFFFFF");
        Assert.Contains("node.state           connected", (await _box.ToolAsync("meter", "show", First.Text)).Output, StringComparison.Ordinal); // by its meter, whatever EUI was expected
    }

    [Fact]
    public async Task Changes_are_watched_as_they_happen()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var browser = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_box.Port}") };
        using var answer = await browser.GetAsync("/api/v1/network/changes", HttpCompletionOption.ResponseHeadersRead, stop.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(stop.Token));
        var line = reader.ReadLineAsync(stop.Token).AsTask();
        for (var i = 0; !line.IsCompleted && !stop.IsCancellationRequested; i++)
        {
            _box.Told("plc0", "prime", new NetworkNode("0080E1000001", "11", i % 2 == 0 ? NodeState.Connected : NodeState.Gone, "") { Meter = First });
            await Task.Delay(50, stop.Token);
        }

        var change = JsonNode.Parse((await line)!)!;
        Assert.Equal(("plc0", "0080E1000001", First.Text), (change["driver"]!.GetValue<string>(), change["eui"]!.GetValue<string>(), change["meter"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_driver_is_tested_by_its_facts_and_its_nearest_nodes()
    {
        _box.Drivers.Add(new DriverView("plc0", "prime", "/dev/ttyUSB1", LinkState.Listening, "base node up", _box.Time.Now.Utc, new Dictionary<string, string> { ["firmware"] = "S13.06", ["noise"] = "-62 dBm" }, new Dictionary<string, long> { ["frames"] = 12345 }));
        _box.Drivers.Add(new DriverView("plc1", "g3", "/dev/ttyUSB2", LinkState.Lost, "no answer", null, new Dictionary<string, string>(), new Dictionary<string, long>()));
        for (var level = 3; level >= 0; level--)
        {
            _box.Told("plc0", "prime", new NetworkNode($"0080E100000{level}", "", NodeState.Connected, "") { Level = level, QualityPercent = 50 });
        }

        var (code, output, _) = await _box.ToolAsync("driver", "test", "plc0");
        Assert.Equal(0, code);
        Assert.StartsWith("ok     plc0 (prime on /dev/ttyUSB1): listening", output, StringComparison.Ordinal);
        Assert.Matches("firmware +S13.06\n +noise +-62 dBm\n +frames +12,345\n +nodes +4 connected\n +nearest +0080E1000000 ", output);
        Assert.Equal(ExitCode.Unreachable, (await _box.ToolAsync("driver", "test", "plc1")).Code);
        var (missing, _, why) = await _box.ToolAsync("driver", "test", "plc9");
        Assert.Equal(ExitCode.NotFound, missing);
        Assert.Contains("there are plc0, plc1", why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_handover_report_names_who_came_who_is_missing_and_why_and_the_first_value_of_each()
    {
        _box.Drivers.Add(new DriverView("plc0", "prime", "/dev/ttyUSB1", LinkState.Listening, "base node up", null, new Dictionary<string, string>(), new Dictionary<string, long>()));
        await _box.ToolAsync("meter", "expect", First.Text, "--eui", "0080E1000001", "--place", "ES0021");
        await _box.ToolAsync("meter", "expect", Second.Text, "--eui", "0080E1000002", "--place", "ES0022");
        _box.Told("plc0", "prime", new NetworkNode("0080E1000001", "11", NodeState.Connected, "") { Meter = First });
        _box.Told("plc0", "prime", new NetworkNode("0080E10000FF", "", NodeState.Quarantined, "no shipment list names it"));
        _box.Told("plc0", "prime", new NetworkNode("0080E1000002", "", NodeState.Registered, "no 4-32 connection yet")); // registered is not there yet
        _box.Rows.Add(Row(First, "3/1-0:1.8.0*255/2.0", "4711", "Wh", _box.Time.Now.Utc!.Value, 8));
        var (code, output, _) = await _box.ToolAsync("report", "handover", "--json");
        Assert.Equal(ExitCode.Partial, code);
        var report = JsonNode.Parse(output)!;
        Assert.Equal(Second.Text, report["missing"]!.AsArray().Single()!["meter"]!.GetValue<string>());
        Assert.Equal("4711", report["firstReadings"]!.AsArray().Single()!["value"]!.GetValue<string>());
        Assert.Equal("0080E10000FF", report["quarantine"]!.AsArray().Single()!["eui"]!.GetValue<string>());
        Assert.Equal(2, report["keysMissing"]!.AsArray().Count);
        var (_, text, _) = await _box.ToolAsync("report", "handover");
        Assert.Contains("Meters: 2 expected, 0 of them came, 1 missing", text, StringComparison.Ordinal);
        Assert.Contains("branch down with switch", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_forecast_is_in_the_status_nodes_are_counted_and_the_page_shows_the_tree()
    {
        _box.Told("plc0", "prime", new NetworkNode("0080E1000001", "11", NodeState.Connected, "") { Meter = First, IsSwitch = true });
        _box.Told("plc0", "prime", new NetworkNode("0080E1000002", "12", NodeState.Registered, "no 4-32 connection yet") { Parent = "0080E1000001", Level = 1 });
        var due = new DateTime(2026, 11, 24, 12, 0, 0, DateTimeKind.Utc);
        _box.Forecasts.Add(new CollectionForecast(new CollectionTask("load-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12)), due, 200, 150, 0.984, 7, 3, null, ""));
        Assert.Contains("All is well.\n98.4 % by 12:00, 7 meters at risk\n", (await _box.ToolAsync("status")).Output, StringComparison.Ordinal);
        using var browser = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_box.Port}") };
        var metrics = await browser.GetStringAsync("/metrics");
        Assert.Contains("concentrator_network_nodes{driver=\"plc0\",state=\"connected\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("concentrator_network_nodes{driver=\"plc0\",state=\"gone\"} 0", metrics, StringComparison.Ordinal);
        foreach (var line in (string[])["meters_expected{task=\"load-profile\"} 200", "meters_complete{task=\"load-profile\"} 150", "meters_at_risk{task=\"load-profile\"} 7",
            "meters_absent{task=\"load-profile\"} 3", "share{task=\"load-profile\"} 0.984", "due_seconds{task=\"load-profile\"} 1795521600"])
        {
            Assert.Contains("\nconcentrator_collection_" + line + "\n", metrics, StringComparison.Ordinal);
        }

        _box.Forecasts.Clear();
        Assert.DoesNotContain("load-profile", await browser.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.SkipUnless(File.Exists("/usr/bin/chromium"), "chromium is not installed; build.sh test installs it");
        using var page = Process.Start(new ProcessStartInfo("/usr/bin/chromium",
            ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={_box.State}/browser", "--virtual-time-budget=8000", "--dump-dom", browser.BaseAddress.ToString()])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = page.StandardError.ReadToEndAsync();
        var dom = await page.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(90));
        await page.WaitForExitAsync();
        Assert.Contains("98.4 % by 12:00", dom, StringComparison.Ordinal);
        Assert.Contains("plc0 (prime): 1 registered, 1 connected", dom, StringComparison.Ordinal);
        Assert.Contains("padding-left: 32px", dom, StringComparison.Ordinal); // under the switch it hangs on
        Assert.Contains("no 4-32 connection yet", dom, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("meter", "import")]
    [InlineData("meter", "expect")]
    [InlineData("meter", "exchange")]
    [InlineData("meter", "retire")]
    [InlineData("net", "show")]
    [InlineData("net", "join")]
    [InlineData("driver", "scan")]
    [InlineData("driver", "test")]
    [InlineData("report", "handover")]
    public async Task Help_begins_with_an_example_and_completion_knows_the_verb(string noun, string verb)
    {
        var (code, help, _) = await _box.ToolAsync(noun, verb, "--help");
        Assert.Equal(0, code);
        Assert.StartsWith($"  concentrator {noun} {verb}", help, StringComparison.Ordinal);
        foreach (var shell in (string[])["bash", "zsh", "fish"])
        {
            Assert.Contains(verb, (await _box.ToolAsync("completion", shell)).Output, StringComparison.Ordinal);
        }
    }

    public ValueTask DisposeAsync() => _box.DisposeAsync();

    private static ArchivedRow Row(MeterId meter, string column, string value, string unit, DateTime received, ulong sequence) => new(
        meter, $"{meter}/reg/o:x/0", column, "reg", column.Split('/')[1], 3, 2, 0, null, 0, value, 0, unit, 0, 0, RowQuality.Valid, sequence, received);
}
