using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Simulation.Dlms;

namespace Unit.Live;

/// <summary>
/// A box, a copy of its state directory and one restored from its backup, all running, against meters with the same keys: no (key, system title, counter) comes twice. Each box has a twin of the
/// meter to itself, so that nobody tells it which counters the others used.
/// </summary>
public sealed class CopiedBoxTests : IDisposable
{
    private const string Passphrase = "four words out of a hat";
    private readonly string _directory = Directory.CreateTempSubdirectory("copied").FullName;
    private readonly DlmsMeter[] _meters = [.. Enumerable.Range(0, 3).Select(_ => new DlmsMeter(new DlmsMeterPlan(7, 7), () => TimeProvider.System.GetUtcNow().UtcDateTime))];
    private readonly List<MeterPort> _ports = [];
    private readonly List<(string Key, string Title, uint Counter)> _used = [];
    private readonly ServiceProcess[] _boxes;
    private readonly Mosquitto _broker;

    public CopiedBoxTests()
    {
        _broker = new Mosquitto(_directory);
        _boxes = [.. Enumerable.Range(0, _meters.Length).Select(box => new ServiceProcess(ServiceProcess.Shipped, Path.Combine(_directory, string.Create(CultureInfo.InvariantCulture, $"{box}.toml")), State(box)))];
        for (var i = 0; i < _meters.Length; i++)
        {
            _meters[i].Keys.Used = (key, title, counter, isApdu) =>
            {
                lock (_used)
                {
                    _used.Add((Convert.ToHexString(key), Convert.ToHexString(title), counter));
                }
            };
            Write(i);
        }
    }

    [Requirement("P9, P10")]
    [Fact]
    public async Task A_copy_and_a_restored_box_repeat_no_nonce_of_the_running_original()
    {
        ServiceProcess.MustBeThere(ServiceProcess.Shipped);
        await using var consumer = new Consumer(_directory, _broker.Port, "dc/v1/+/#");
        await consumer.ConnectAsync();
        var backup = Path.Combine(_directory, "box.backup");
        using var original = _boxes[0].Start();
        await ReadsAsync(0);
        var (code, said) = Tool(0, Passphrase, "backup", "create", backup);
        Assert.True(code == 0, said + _boxes[0].Log);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(backup));
        Assert.Equal(1, Tool(0, Passphrase, "backup", "create", backup).Code); // never over another one
        Assert.Equal(2, Tool(0, "too short", "backup", "create", backup + "-2").Code);
        Assert.Equal(5, Tool(1, Passphrase, "backup", "create", backup + "-2").Code); // nothing runs there
        Assert.Equal(3, Tool(1, Passphrase, "backup", "check", backup + "-2").Code);
        await ReadsAsync(0);
        await ServiceProcess.StopAsync(original);

        Copy(State(0), State(1));
        var restored = Tool(2, Passphrase, "backup", "restore", backup);
        Assert.True(restored.Code == 0, restored.Output);
        var again = Tool(2, Passphrase, "backup", "restore", backup);
        Assert.Equal(9, again.Code);
        Assert.Contains("is not empty", again.Output, StringComparison.Ordinal);

        var boxes = _boxes.Select(box => box.Start()).ToArray();
        for (var round = 0; round < 3; round++)
        {
            for (var box = 0; box < 3; box++)
            {
                await ReadsAsync(box);
            }
        }

        NoPairTwice();
        var told = Enumerable.Range(0, 3).Select(box => JsonNode.Parse(Tool(box, "", "status", "--json").Output)!["installation"]!).ToList();
        var titles = told.Select(one => one["systemTitle"]!.GetValue<string>()).ToList();
        Assert.Equal(3, titles.Distinct().Count());
        Assert.Equal([1, 2, 2], told.Select(one => one["number"]!.GetValue<int>()));
        Assert.StartsWith("copied or moved: ", told[1]["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("restored from a backup of ", told[2]["reason"]!.GetValue<string>(), StringComparison.Ordinal);
        await Street.WaitAsync(() => Events(consumer).Count == 2, () => "both tell their head-end" + string.Join('\n', Events(consumer)));
        Assert.Contains(Events(consumer), text => text.Contains($"system title {titles[1]}, before {titles[0]}", StringComparison.Ordinal));
        Assert.Contains(Events(consumer), text => text.Contains($"system title {titles[2]}, before {titles[0]}", StringComparison.Ordinal));
        foreach (var box in boxes)
        {
            await ServiceProcess.StopAsync(box);
            Assert.Equal(0, box.ExitCode);
        }

        using var later = _boxes[1].Start();
        await ReadsAsync(1); // a restart where it stands changes nothing
        Assert.Equal(titles[1], JsonNode.Parse(Tool(1, "", "status", "--json").Output)!["installation"]!["systemTitle"]!.GetValue<string>());

        NoPairTwice();
        lock (_used)
        {
            Assert.Equal(titles.Order(), _used.Select(one => one.Title).Distinct().Order());
        }

        Assert.All(_meters, meter => Assert.Equal(0, meter.Keys.Repeated));
        foreach (var identity in consumer.Payloads("/identity"))
        {
            Assert.Empty(MessageSchemas.FaultsOf("identity", identity));
        }

        consumer.MustAllFitTheirSchemas();
    }

    public void Dispose()
    {
        Array.ForEach(_boxes, box => box.Dispose());
        _ports.ForEach(port => port.Dispose());
        _broker.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private void NoPairTwice()
    {
        lock (_used)
        {
            Assert.True(_used.Count > 40, $"{_used.Count} uses of a key");
            Assert.Empty(_used.GroupBy(one => one).Where(same => same.Count() > 1).Select(same => same.Key));
        }
    }

    private static List<string> Events(Consumer consumer) =>
        [.. consumer.Payloads("/events/alarm").Select(payload => JsonNode.Parse(payload)!).Where(one => one["type"]!.GetValue<string>() == "installation").Select(one => one["text"]!.GetValue<string>()).Distinct()];

    private static void Copy(string from, string to)
    {
        Process.Start("cp", ["-a", from, to]).WaitForExit();
        File.Delete(Path.Combine(to, "s"));
    }

    private string State(int box) => Path.Combine(_directory, $"state-{box}");

    private async Task ReadsAsync(int box)
    {
        (int Code, string Output) answer = default;
        await Street.WaitAsync(() => (answer = Tool(box, "", "meter", "read", _meters[box].Name, "--what", "1-0:1.8.0*255", "--jsonl")).Code == 0, () => answer.Output + _boxes[box].Log);
    }

    private void Write(int box)
    {
        _ports.Add(MeterPort.OnTcp(_meters[box], new MeterPace(7, 100), Path.Combine(_directory, $"meter-{box}.url")));
        var keys = Path.Combine(_directory, "meters.keys");
        if (box == 0)
        {
            File.WriteAllLines(keys, _meters[0].KeyLines);
            File.SetUnixFileMode(keys, UnixFileMode.UserRead);
        }

        File.WriteAllText(Path.Combine(_directory, $"{box}.toml"), $"""
            id = "dc-{box}"
            flag = "XYZ"
            [upstream.main]
            url = "mqtts://localhost:{_broker.Port}"
            ca = "{_directory}/ca.pem"
            certificate = "{_directory}/client.pem"
            key = "{_directory}/client.key"
            [[driver]]
            name = "feeder"
            family = "dlms"
            port = "{File.ReadAllText(Path.Combine(_directory, $"meter-{box}.url")).Trim()}"
            profile = "idis"
            [keys]
            file = "{keys}"
            [http]
            listen = "127.0.0.1:{Mosquitto.FreePort()}"
            """);
    }

    private (int Code, string Output) Tool(int box, string input, params string[] arguments) => _boxes[box].ToolWith(input + "\n", arguments);
}
