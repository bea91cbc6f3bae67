using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Simulation.Truth;
using Unit.Plan;

namespace Unit.Live;

/// <summary>A street of simulated meters, a stick on a pty, a service binary, and a real broker over TLS with client certificates and a subscriber of nobody's making.</summary>
internal sealed class Street : IAsyncDisposable
{
    /// <summary>The real deadline is for a hang, never for speed: a meter rests two minutes after a failure, a node that found no switch waits ten, and a busy machine makes more of both.</summary>
    internal static readonly TimeSpan Hang = TimeSpan.FromMinutes(15);

    private readonly string _acknowledge;
    private readonly Process _simulator;
    private readonly ServiceProcess _service;
    private Task<string> _told = Task.FromResult("");

    private Street(string binary, string acknowledge, string scenario)
    {
        _acknowledge = acknowledge;
        Directory = System.IO.Directory.CreateTempSubdirectory("street").FullName;
        _service = new ServiceProcess(binary, Path.Combine(Directory, "concentrator.toml"), State);
        Broker = new Mosquitto(Directory);
        Consumer = new Consumer(Directory, Broker.Port, "dc/v1/+/#");
        _simulator = StartSimulator(scenario);
        WriteConfiguration();
    }

    internal string Directory { get; }

    internal string State => Path.Combine(Directory, "state");

    internal string KeysFile => Path.Combine(Directory, "meters.keys");

    /// <summary>The shipment list of the meters behind power line modems.</summary>
    internal string Shipment => Path.Combine(Directory, "shipment.csv");

    /// <summary>What shares a slot of its meter with something delivered is explained; zero: nothing is.</summary>
    internal TimeSpan Slot { get; set; }

    /// <summary>Port of the console.</summary>
    internal int Http { get; } = Mosquitto.FreePort();

    internal Mosquitto Broker { get; }

    internal Consumer Consumer { get; }

    internal static async Task<Street> OpenAsync(string binary, string acknowledge = "broker", string scenario = "street")
    {
        ServiceProcess.MustBeThere(binary);
        var street = new Street(binary, acknowledge, scenario);
        await street.Consumer.ConnectAsync();
        return street;
    }

    /// <inheritdoc cref="ServiceProcess.Start"/>
    internal Process StartService(bool delayed = false, string? killAt = null) => _service.Start(delayed, killAt);

    /// <inheritdoc cref="ServiceProcess.Log"/>
    internal string Log => _service.Log;

    /// <summary>No more telegrams.</summary>
    internal Task StopSimulatorAsync() => ServiceProcess.StopAsync(_simulator);

    /// <summary>What the simulator said; after it was stopped.</summary>
    internal Task<string> SimulatorsLastWordsAsync() => _told;

    /// <inheritdoc cref="ServiceProcess.Tool"/>
    internal (int Code, string Output) Tool(params string[] arguments) => _service.Tool(arguments);

    /// <inheritdoc cref="ServiceProcess.Type"/>
    internal (int Code, string Data, string Complaints) Type(params string[] arguments) => _service.Type("", arguments);

    /// <inheritdoc cref="ServiceProcess.ToolWith"/>
    internal (int Code, string Output) ToolWith(string input, params string[] arguments) => _service.ToolWith(input, arguments);

    /// <summary>The rows of the archive, once it can answer.</summary>
    internal async Task<string[]> RowsAsync()
    {
        (int Code, string Output) answer = (-1, "");
        await WaitAsync(() => (answer = Tool("reading", "query", "--jsonl")).Code == 0, "the archive never answered");
        return answer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Rows a subscriber was given and the box no longer has: nothing may leave before its sync.</summary>
    internal async Task<string[]> GivenAndNotHeldAsync()
    {
        var held = (await RowsAsync()).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()!).ToHashSet();
        return [.. Consumer.Keys().Except(held)];
    }

    /// <summary>What the judge says of the truth file and everything the subscriber got.</summary>
    /// <param name="given">Lines of what somebody else was given through the box.</param>
    internal (bool Explained, Comparison Figures, string Report) Judge(params IEnumerable<string> given)
    {
        var comparison = new Comparison(Slot);
        foreach (var line in File.ReadLines(Path.Combine(Directory, "truth.jsonl")))
        {
            comparison.AddTruth(line);
        }

        foreach (var message in Consumer.Readings().Concat(given))
        {
            comparison.AddDelivered(message);
        }

        var report = new StringWriter();
        return (comparison.Judge(report), comparison, report.ToString());
    }

    /// <summary>What was sent last arrives, after the simulator was stopped: it is waited for as long as a busy machine may need, and the judge has the last word afterwards.</summary>
    internal async Task ArrivedAsync(params IEnumerable<string> given)
    {
        for (var began = Stopwatch.GetTimestamp(); !Judge(given).Explained && Stopwatch.GetElapsedTime(began) < TimeSpan.FromMinutes(2);)
        {
            await Task.Delay(250);
        }
    }

    /// <summary>One last life takes in what waits; then the books are balanced.</summary>
    internal async Task<Comparison> MustHaveLostNothingAsync(int atLeast)
    {
        using (var last = StartService())
        {
            await Task.Delay(TimeSpan.FromSeconds(6));
            await StopSimulatorAsync();
            await ArrivedAsync();
            Assert.Empty(await GivenAndNotHeldAsync());
            await ServiceProcess.StopAsync(last);
            Assert.Equal(0, last.ExitCode);
        }

        var (code, output) = Tool("ledger", "verify");
        Assert.True(code == 0, output);
        var (explained, figures, report) = Judge();
        Assert.True(explained, report);
        Assert.True(figures.Delivered >= atLeast, report);
        Consumer.MustAllFitTheirSchemas();
        return figures;
    }

    internal static Task WaitAsync(Func<bool> condition, string what) => WaitAsync(condition, () => what);

    /// <param name="what">What is wrong, asked when it is.</param>
    internal static async Task WaitAsync(Func<bool> condition, Func<string> what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Hang)
            {
                Assert.Fail(what());
            }

            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _service.Dispose();
        _simulator.Kill();
        _simulator.WaitForExit();
        await Consumer.DisposeAsync();
        Broker.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private Process StartSimulator(string scenario)
    {
        var simulator = Process.Start(new ProcessStartInfo(
            Path.Combine(Sources.Root, "artifacts", "bin", "Simulation", "release", "concentrator-sim"),
            ["--scenario", scenario, "--meters", scenario == "lnap" ? "5" : "20", "--seed", "7", "--ports", Directory, "--keys", KeysFile, "--shipment", Shipment, "--truth", Path.Combine(Directory, "truth.jsonl")])
            { RedirectStandardError = true })!;
        _told = simulator.StandardError.ReadToEndAsync();
        for (var i = 0; i < 400 && !File.Exists(Path.Combine(Directory, "im871a")); i++)
        {
            Thread.Sleep(25);
        }

        return simulator;
    }

    /// <summary>Drivers and tasks for the DLMS meters of the scenario.</summary>
    private string Feeders()
    {
        var text = new StringBuilder();
        foreach (var port in System.IO.Directory.GetFileSystemEntries(Directory, "dlms*").Order())
        {
            var (where, how) = port.EndsWith(".url", StringComparison.Ordinal) ? (File.ReadAllText(port).Trim(), "wrapper") : (port, "hdlc");
            text.AppendLine(CultureInfo.InvariantCulture, $"[[driver]]\nname = \"{Path.GetFileNameWithoutExtension(port)}\"\nfamily = \"dlms\"\nport = \"{where}\"\nframing = \"{how}\"\nphysical = 17\nprofile = \"idis\"");
        }

        foreach (var listen in System.IO.Directory.GetFiles(Directory, "push-*.listen").Order())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"[[driver]]\nname = \"{Path.GetFileNameWithoutExtension(listen)}\"\nfamily = \"dlms\"\nlisten = \"{File.ReadAllText(listen).Trim()}\"\nprofile = \"idis\"");
        }

        foreach (var (port, profile) in new[] { ("han0", "plain"), ("p1-0", "dsmr") }.Where(one => Path.Exists(Path.Combine(Directory, one.Item1))))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"[[driver]]\nname = \"{port}\"\nfamily = \"dlms\"\nport = \"{Directory}/{port}\"\nframing = \"push\"\nprofile = \"{profile}\"\noffset = 60");
        }

        string[] powerLines = [.. new[] { "prime", "g3" }.Where(family => Path.Exists(Path.Combine(Directory, family)))];
        foreach (var family in powerLines)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"[[driver]]\nname = \"plc-{family}\"\nfamily = \"{family}\"\nport = \"{Directory}/{family}\"\nprofile = \"idis\"");
        }

        if (powerLines.Length > 0)
        {
            return text + """
                [collection]
                tasks = [ { read = "load-profile", every = "1d", start = "00:00", due = "12:00" }, { read = "registers", every = "1d", start = "00:00", priority = "billing" } ]
                """;
        }

        return text.Length == 0 ? "" : text + """
            [collection]
            tasks = [ { read = "load-profile", every = "1m", start = "00:00" }, { read = "standard-log", every = "1m", start = "00:00" }, { read = "registers", every = "1m", start = "00:00" },
                      { read = "mbus-profile", every = "1m", start = "00:00" }, { read = "mbus-values", every = "1m", start = "00:00" } ]
            """;
    }

    private void WriteConfiguration() => File.WriteAllText(Path.Combine(Directory, "concentrator.toml"), $"""
        id = "dc-test"
        [upstream.main]
        url = "mqtts://localhost:{Broker.Port}"
        ca = "{Directory}/ca.pem"
        certificate = "{Directory}/client.pem"
        key = "{Directory}/client.key"
        acknowledge = "{_acknowledge}"
        [[driver]]
        name = "radio0"
        family = "im871a"
        port = "{Directory}/im871a"
        [keys]
        file = "{KeysFile}"
        [meters]
        keep = "all"
        [http]
        listen = "127.0.0.1:{Http}"
        """ + "\n" + Feeders());
}
