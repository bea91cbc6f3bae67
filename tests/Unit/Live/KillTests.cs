using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Simulation.Truth;
using Unit.Plan;

namespace Unit.Live;

/// <summary>The shipped service on a pty, a real broker over TLS with client certificates, real kill -9: nothing acknowledged is lost, and one identity has one content.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("kill").FullName;
    private Process? _simulator;

    [Fact]
    public async Task Twenty_kills_ten_with_every_sync_delayed_lose_nothing_acknowledged()
    {
        using var broker = new Mosquitto(_directory);
        await using var consumer = new Consumer(_directory, broker.Port, "dc/v1/+/#");
        await consumer.ConnectAsync();
        StartSimulator();
        WriteConfiguration(broker.Port);
        var delivered = new HashSet<string>();
        for (var kill = 0; kill < 20; kill++)
        {
            using var service = StartService(slow: kill >= 10);
            await WaitAsync(() => consumer.Readings().Length > delivered.Count, TimeSpan.FromSeconds(kill < 10 ? 20 : 60), $"life {kill}: no reading was delivered");
            await Task.Delay(Random.Shared.Next(0, 1500));
            Kill();
            await service.WaitForExitAsync();
            delivered.UnionWith(consumer.Readings());
        }

        using (var last = StartService(slow: false))
        {
            await Task.Delay(TimeSpan.FromSeconds(6));
            Process.Start("kill", ["-TERM", _simulator!.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            await Task.Delay(TimeSpan.FromSeconds(4));
            MustHoldAll(consumer.Readings());
            Process.Start("kill", ["-TERM", last.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
            await last.WaitForExitAsync();
            Assert.Equal(0, last.ExitCode);
        }

        Assert.Equal(0, Run("ledger", "verify", "--state", State));
        var comparison = new Comparison(TimeSpan.Zero);
        foreach (var line in File.ReadLines(Path.Combine(_directory, "truth.jsonl")))
        {
            comparison.AddTruth(line);
        }

        foreach (var message in consumer.Readings())
        {
            comparison.AddDelivered(message);
        }

        var report = new StringWriter();
        Assert.True(comparison.Judge(report), report.ToString());
        Assert.True(comparison.Delivered > 60, report.ToString());
    }

    public void Dispose()
    {
        Kill();
        if (_simulator is { HasExited: false })
        {
            _simulator.Kill();
            _simulator.WaitForExit();
        }

        Directory.Delete(_directory, recursive: true);
    }

    private string State => Path.Combine(_directory, "state");

    private static string Binary(string project, string name) => Path.Combine(Sources.Root, "artifacts", "bin", project, "release", name);

    private void StartSimulator()
    {
        var simulator = Binary("Simulation", "concentrator-sim");
        Assert.SkipUnless(File.Exists(simulator), "the simulator is not built in Release");
        _simulator = Process.Start(new ProcessStartInfo(simulator,
            ["--meters", "20", "--seed", "7", "--ports", _directory, "--keys", Path.Combine(_directory, "meters.keys"), "--truth", Path.Combine(_directory, "truth.jsonl")])
            { RedirectStandardError = true })!;
        _ = _simulator.StandardError.ReadToEndAsync();
        for (var i = 0; i < 400 && !File.Exists(Path.Combine(_directory, "im871a")); i++)
        {
            Thread.Sleep(25);
        }
    }

    private void WriteConfiguration(int port) => File.WriteAllText(Path.Combine(_directory, "concentrator.toml"), $"""
        id = "dc-test"
        [upstream.main]
        url = "mqtts://localhost:{port}"
        ca = "{_directory}/ca.pem"
        certificate = "{_directory}/client.pem"
        key = "{_directory}/client.key"
        [[driver]]
        name = "radio0"
        family = "im871a"
        port = "{_directory}/im871a"
        [keys]
        file = "{_directory}/meters.keys"
        [meters]
        keep = "all"
        [http]
        listen = "127.0.0.1:{Mosquitto.FreePort()}"
        """);

    /// <summary>The service; slow: under strace, which delays every sync by 300 ms as an SD card does.</summary>
    private Process StartService(bool slow)
    {
        string[] service = [Binary("Concentrator", "concentrator"), "run", "--config", Path.Combine(_directory, "concentrator.toml"), "--state", State];
        string[] command = slow ? ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=300000", .. service] : service;
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        return process;
    }

    private void Kill() => Process.Start("pkill", ["-KILL", "-f", $"concentrator run --config {_directory}/concentrator.toml"]).WaitForExit();

    /// <summary>What a subscriber was given must stand in the ledger: nothing leaves before its sync.</summary>
    private void MustHoldAll(string[] messages)
    {
        using var tool = Process.Start(new ProcessStartInfo(Binary("Concentrator", "concentrator"), ["reading", "query", "--jsonl", "--state", State]) { RedirectStandardOutput = true })!;
        var held = tool.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("key").GetString()).ToHashSet();
        var given = messages.SelectMany(message => JsonDocument.Parse(message).RootElement.GetProperty("blocks").EnumerateArray())
            .SelectMany(block => block.GetProperty("rows").EnumerateArray()).Select(row => row.GetProperty("key").GetString());
        Assert.Empty(given.Except(held));
    }

    private static int Run(params string[] arguments)
    {
        using var tool = Process.Start(new ProcessStartInfo(Binary("Concentrator", "concentrator"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        tool.WaitForExit();
        return tool.ExitCode;
    }

    private static async Task WaitAsync(Func<bool> condition, TimeSpan atMost, string what)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < atMost, what);
            await Task.Delay(50);
        }
    }
}
