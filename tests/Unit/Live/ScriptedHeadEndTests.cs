using System.Diagnostics;
using System.Text.RegularExpressions;
using Unit.Plan;

namespace Unit.Live;

/// <summary>
/// The head-end of <c>./build.sh run</c> with its own script, against the shipped service and a real broker over TLS: orders that are carried out, one that is refused, and a meter that is read through
/// the box, while the collection goes on. What it prints is what a person watches.
/// </summary>
public sealed class ScriptedHeadEndTests
{
    private const string Meter = "SIM0000000001000";
    private static readonly string Script = Path.Combine(Sources.Root, "tests", "Simulation", "Scripts", "orders.steps");
    private static readonly string Simulator = Path.Combine(Sources.Root, "artifacts", "bin", "Simulation", "release", "concentrator-sim");

    [Requirement("E6", "F2", "F4", "I-G2", "P1")]
    [Fact]
    public async Task The_script_of_a_run_ends_as_it_wants_and_every_value_is_explained()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: "all");
        var (hes, door) = (Path.Combine(street.Directory, "hes"), Mosquitto.FreePort());
        Assert.Equal(0, (await HeadEndAsync("head-end-keys", hes, "--box", "dc-test")).Code);
        Open(street, hes, door);
        using var service = street.StartService();
        string[] place =
        [
            "--box", "dc-test", "--mqtt", $"mqtts://localhost:{street.Broker.Port}", "--ca", Path.Combine(street.Directory, "ca.pem"), "--certificate", Path.Combine(street.Directory, "consumer.pem"),
            "--certificate-key", Path.Combine(street.Directory, "consumer.key"), "--key", Path.Combine(hes, "hes-1.key.pem"), "--door", $"127.0.0.1:{door}", "--keys", Path.Combine(street.Directory, "all.keys"),
            "--rows", Path.Combine(street.Directory, "passed.jsonl"),
        ];
        var (code, output) = await HeadEndAsync(["head-end", Script, .. place]);
        Assert.True(code == 0, output + street.Log);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] wanted =
        [
            $"mqtt  wait {Meter} +done: values came", $"mqtt  read {Meter} +done: \\d+ rows", $"mqtt  disconnect \\(unsigned\\) {Meter} +refused: unsigned; ",
            $"mqtt  disconnect {Meter} +done: .*connected.* -> disconnected", $"mqtt  reconnect {Meter} +done: .*disconnected.* -> connected", $"mqtt  message {Meter} +done: the message stands at ",
            "dlms  identity +done: XYZDCU[0-9A-F]{10}, its clock says 20", $"dlms  meters {Meter} +done: \\d+ meters, \\d+ of them can be spoken with: ", $"dlms  clock {Meter} +done: its clock says 20",
            $"dlms  profile {Meter} +done: 1-0:99\\.1\\.0\\*255: 8 of \\d+ rows in .* = \\d+ Wh, .*by the gateway's prefix, ciphered end to end", $"dlms  register {Meter} +done: 1-0:1\\.8\\.0\\*255 = \\d+ Wh .*client 1, by its number",
            $"dlms  set-in-clear {Meter} +refused: the box answers D8 01 02: not allowed", $"dlms  clock \\(unproven\\) {Meter} +refused: the box answers D8 01 02: not allowed", "head-end: 13 of 13 steps ended as the script wants",
        ];
        Assert.Equal(wanted.Length, lines.Length);
        Assert.All(wanted.Zip(lines), pair => Assert.Matches(new Regex($"^(\\d\\d:\\d\\d:\\d\\d  )?{pair.First}"), pair.Second));

        // A step that does not end as it should is said, and counts.
        var other = Path.Combine(street.Directory, "other.steps");
        await File.WriteAllTextAsync(other, $"0s mqtt disconnect {Meter} forged -> done\n0s dlms identity -> done\n");
        (code, output) = await HeadEndAsync(["head-end", other, .. place]);
        Assert.Equal(1, code);
        Assert.Matches("disconnect \\(forged\\) .* refused: signature; .*WANTED: done \\(line 1\\)", output);
        Assert.Contains("head-end: 1 of 2 steps ended as the script wants", output, StringComparison.Ordinal);
        await File.WriteAllTextAsync(other, "0s mqtt explode -> done\n");
        Assert.Equal((2, true), await HeadEndAsync(["head-end", other, .. place]) is var wrong ? (wrong.Code, wrong.Output.Contains("other.steps:1: \"explode\" is no step", StringComparison.Ordinal)) : default);

        var passed = File.ReadAllLines(Path.Combine(street.Directory, "passed.jsonl"));
        await Task.Delay(TimeSpan.FromSeconds(3)); // what was answered last is committed and delivered
        await street.StopSimulatorAsync();
        await street.ArrivedAsync(passed);
        await ServiceProcess.StopAsync(service);
        Assert.Equal(0, service.ExitCode);
        Assert.Contains("invocation counters used again: 0", await street.SimulatorsLastWordsAsync(), StringComparison.Ordinal);
        var (explained, _, report) = street.Judge(passed);
        Assert.True(explained, report + street.Log);
        street.Consumer.MustAllFitTheirSchemas();
    }

    /// <summary>A door for DLMS, the key that signs orders, and the keys of the door.</summary>
    private static void Open(Street street, string hes, int door)
    {
        var keys = Path.Combine(street.Directory, "all.keys");
        File.WriteAllLines(keys, File.ReadLines(street.KeysFile).Concat(File.ReadLines(Path.Combine(hes, "box.keys"))));
        File.SetUnixFileMode(keys, UnixFileMode.UserRead);
        Directory.CreateDirectory(Path.Combine(street.Directory, "conf.d"));
        File.WriteAllText(Path.Combine(street.Directory, "conf.d", "head-end.toml"), $$"""
            flag = "XYZ"
            [upstream.scada]
            url = "dlms://127.0.0.1:{{door}}"
            allow = ["127.0.0.1"]
            association = { mechanism = "hls-gmac", suite = 0 }
            passThrough = ["SIM*"]
            [keys]
            file = "{{keys}}"
            [[issuer]]
            keyId = "hes-1"
            publicKey = "{{hes}}/hes-1.pem"
            orders = ["*"]
            """);
    }

    private static async Task<(int Code, string Output)> HeadEndAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Simulator, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using var late = new CancellationTokenSource(Street.Hang);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }

        return (process.HasExited ? process.ExitCode : -1, await output + await errors);
    }
}
