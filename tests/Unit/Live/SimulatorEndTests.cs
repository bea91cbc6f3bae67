using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Unit.Plan;

namespace Unit.Live;

/// <summary>The simulator ends when it is told to, whatever it is at: SIGTERM at any moment.</summary>
public sealed class SimulatorEndTests : IDisposable
{
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(2);
    private static readonly string Simulator = Path.Combine(Sources.Root, "artifacts", "bin", "Simulation", "release", "concentrator-sim");
    private readonly string _folder = Directory.CreateTempSubdirectory("sim-end").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("street")]
    [InlineData("all")]
    [InlineData("substation")]
    public async Task It_ends_at_any_moment_with_a_silent_client_at_each_of_its_ports(string scenario)
    {
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        var random = new Random(seed);
        for (var run = 0; run < 3; run++)
        {
            using var simulator = Start("--scenario", scenario, "--ports", _folder, "--truth", Path.Combine(_folder, "truth"), "--mqtt", Mosquitto.FreePort().ToString(CultureInfo.InvariantCulture));
            await Task.Delay(random.Next(50, 2500));
            using var clients = new Clients(_folder);
            await EndsAsync(simulator, $"{scenario}, seed {seed}, run {run}");
        }
    }

    [Fact]
    public async Task It_ends_and_goes_on_until_then_where_nobody_keeps_its_truth()
    {
        using var simulator = Start("--scenario", "street", "--ports", _folder);
        var told = await simulator.StandardError.ReadLineAsync().WaitAsync(Within); // after 10 s
        Assert.StartsWith("sent ", told, StringComparison.Ordinal);
        Assert.NotNull(await simulator.StandardError.ReadLineAsync().WaitAsync(Within)); // and after 20 s: the first lines of its truth have settled
        await EndsAsync(simulator, "without --truth");
    }

    [Fact]
    public async Task A_scripted_head_end_ends_while_it_waits_for_a_broker_that_is_not_there_and_in_the_middle_of_a_step()
    {
        var script = Path.Combine(_folder, "steps");
        await File.WriteAllTextAsync(script, "0s mqtt wait SIM0000000001000 within 5m -> done\n");
        using var keys = Start("head-end-keys", _folder, "--box", "dc-test");
        await keys.WaitForExitAsync().WaitAsync(Within);
        var key = Directory.EnumerateFiles(_folder, "*.pem").First();
        using var nowhere = Start("head-end", script, "--box", "dc-test", "--mqtt", $"mqtt://127.0.0.1:{Mosquitto.FreePort()}", "--key", key);
        await Task.Delay(1500);
        Assert.False(nowhere.HasExited, await ErrorsOf(nowhere));
        await EndsAsync(nowhere, "no broker");
        var port = Mosquitto.FreePort();
        using var simulator = Start("--scenario", "street", "--ports", _folder, "--mqtt", port.ToString(CultureInfo.InvariantCulture));
        await simulator.StandardOutput.ReadLineAsync().WaitAsync(Within);
        using var waiting = Start("head-end", script, "--box", "dc-test", "--mqtt", $"mqtt://127.0.0.1:{port}", "--key", key);
        await Task.Delay(2500);
        Assert.False(waiting.HasExited, await ErrorsOf(waiting));
        await EndsAsync(waiting, "a step under way");
        await EndsAsync(simulator, "its broker");
    }

    private static async Task<string> ErrorsOf(Process process) => process.HasExited ? await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync() : "";

    private static Process Start(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Simulator), $"{Simulator} is not there: ./build.sh test makes it");
        return Process.Start(new ProcessStartInfo(Simulator, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    private static async Task EndsAsync(Process process, string what)
    {
        Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Within);
        }
        catch (TimeoutException)
        {
            process.Kill();
            Assert.Fail($"{what}: it did not end within {Within.TotalSeconds} s of SIGTERM");
        }
    }

    /// <summary>Somebody at each TCP port who says nothing.</summary>
    private sealed class Clients : IDisposable
    {
        private readonly List<System.Net.Sockets.TcpClient> _all = [];

        internal Clients(string folder)
        {
            foreach (var url in Directory.EnumerateFiles(folder, "*.url").Select(file => File.ReadAllText(file).Trim()).Where(url => url.StartsWith("tcp://", StringComparison.Ordinal)))
            {
                try
                {
                    _all.Add(new System.Net.Sockets.TcpClient(new Uri(url).Host, new Uri(url).Port));
                }
                catch (System.Net.Sockets.SocketException)
                {
                    // Of a run before, or not up yet.
                }
            }
        }

        public void Dispose() => _all.ForEach(client => client.Dispose());
    }
}
