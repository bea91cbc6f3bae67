using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Store;
using Concentrator.Store.Books;
using Concentrator.Store.Files;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Simulation.Dlms;
using Substation;
using Unit.Live;

namespace Unit.Campaigns;

/// <summary>
/// Promise R12: secrets of every sort go into a whole box, and nowhere of it come out: log at its most talkative, MQTT, HTTP and metrics, tools, a backup, the state directory octet by octet, what a
/// crash leaves. The keys file and the device key are where they must be, and nowhere else.
/// </summary>
public sealed class SecretsCampaign
{
    private const string Passphrase = "correct horse battery staple 4711", Password = "bhu8-vft6-zgb7-xdr5", Base = "dc/v1/dc-test/cmd/";
    private static readonly byte[] Guek = RandomNumberGenerator.GetBytes(16), Gak = RandomNumberGenerator.GetBytes(16), Set = RandomNumberGenerator.GetBytes(16);

    [Requirement("P5, P6")]
    [Fact]
    public async Task No_secret_comes_out_of_a_box_that_works()
    {
        using var evidence = new Evidence("R12", "secrets");
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: "substation");
        var meter = new DlmsMeter(new DlmsMeterPlan(987_654, 7), () => TimeProvider.System.GetUtcNow().UtcDateTime);
        using var port = MeterPort.OnTcp(meter, new MeterPace(7, 100), Path.Combine(street.Directory, "own.url"));
        using var issuer = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await ConfigureAsync(street, meter, issuer);
        var (surfaces, canaries) = (new SecretSurfaces(), Known(street));
        var backup = Path.Combine(street.Directory, "box.backup");
        using (var service = street.StartService())
        {
            await WorkAsync(street, meter, issuer, backup);
            surfaces.Add("process of the service", File.ReadAllBytes($"/proc/{service.Id}/cmdline"));
            surfaces.Add("process environment", File.ReadAllBytes($"/proc/{service.Id}/environ"));
            Assert.Matches("Max core file size +0 +0 ", await File.ReadAllTextAsync($"/proc/{service.Id}/limits"));
            await AskEverythingAsync(street, surfaces);
            await ServiceProcess.StopAsync(service);
            Assert.Equal(0, service.ExitCode);
        }

        Assert.Contains("the passphrase is not that of this backup", ToolErrors(street, "another passphrase altogether", "backup", "check", backup), StringComparison.Ordinal);
        surfaces.Add("log", street.Log);
        surfaces.Add("backup", await File.ReadAllBytesAsync(backup));
        surfaces.AddFiles("state", street.State, "device.key");
        lock (street.Consumer.Messages)
        {
            foreach (var topic in street.Consumer.Messages.GroupBy(message => message.Topic))
            {
                surfaces.Add($"mqtt {topic.Key}", string.Join('\n', topic.Select(message => message.Topic + message.Payload)));
            }
        }

        canaries.AddRange(Made(street.State));
        Assert.All(new[] { "box key", "group key", "device key", "passphrase", "psk", "duk", "guek of an order", "key that was set" }, name => Assert.Contains(canaries, canary => canary.Name.StartsWith(name, StringComparison.Ordinal)));
        foreach (var (kind, count, octets) in surfaces.Sums)
        {
            evidence.Note(kind, $"{count}, {octets} octets");
            Assert.True(octets > 0, kind);
        }

        evidence.Note("secrets", canaries.Count);
        evidence.Note("supportBundle", "this version makes none");
        Assert.Empty(surfaces.Findings(canaries));
        Assert.NotNull(canaries.Single(canary => canary.Name == "device key").FormIn(await File.ReadAllBytesAsync(Path.Combine(street.State, "device.key")))); // the search finds what is there
        evidence.Held();
    }

    [Fact]
    public void A_secret_is_found_in_a_log_line_however_it_is_written()
    {
        var canary = new Canary("key", Guek);
        foreach (var (form, octets) in canary.Forms)
        {
            var surfaces = new SecretSurfaces();
            surfaces.Add("log", (byte[])[.. "info: security[305] key of LGZ1030655933512 is "u8, .. octets, .. ", client 1\n"u8]);
            Assert.True(surfaces.Findings([canary]) is [var found] && found.StartsWith("key stands in log, ", StringComparison.Ordinal), form);
        }

        var inside = new SecretSurfaces(); // in the middle of something longer
        inside.Add("log", Convert.ToBase64String([1, 2, .. Guek, 3]) + Convert.ToBase64String([1, .. Gak, 3, 4]));
        Assert.Equal(2, inside.Findings([canary, new Canary("other", Gak)]).Count);
        Assert.Empty(inside.Findings([new Canary("third", Set)]));
    }

    [Fact]
    public async Task A_crash_writes_no_core_file_where_one_would_be_written()
    {
        ServiceProcess.MustBeThere(ServiceProcess.Shipped);
        using var evidence = new Evidence("R12", "secrets-cores");
        var folder = Directory.CreateTempSubdirectory("cores").FullName;
        try
        {
            var (control, box) = (Directory.CreateDirectory(Path.Combine(folder, "control")).FullName, Directory.CreateDirectory(Path.Combine(folder, "box")).FullName);
            await CrashAsync(control, "sleep 60", () => true);
            Assert.SkipUnless(Directory.GetFiles(control).Length > 0, "this machine writes no core files into the working directory: there is nothing to see the service not write");
            File.WriteAllText(Path.Combine(box, "concentrator.toml"), $"id = \"dc-core\"\n[http]\nlisten = \"127.0.0.1:{Mosquitto.FreePort()}\"\n");
            await CrashAsync(box, $"{ServiceProcess.Shipped} run --config concentrator.toml --state state", () => File.Exists(Path.Combine(box, "state", "s")));
            Assert.DoesNotContain(Directory.GetFiles(box), file => Path.GetFileName(file).StartsWith("core", StringComparison.Ordinal));
            evidence.Held();
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Random() => Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>Runs something that may write core files of any size, and crashes it.</summary>
    private static async Task CrashAsync(string directory, string command, Func<bool> isUp)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", $"ulimit -c unlimited; exec {command}"]) { WorkingDirectory = directory, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        await Street.WaitAsync(isUp, "it never came up");
        await Task.Delay(200);
        Process.Start("kill", ["-SYS", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit(); // a signal whose rest is a core file, and that no runtime takes for itself
        await process.WaitForExitAsync();
    }

    private static async Task ConfigureAsync(Street street, DlmsMeter meter, ECDsa issuer)
    {
        File.SetUnixFileMode(street.KeysFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.AppendAllLinesAsync(street.KeysFile, [.. meter.KeyLines, $"0080E1A0B0C0 duk={Random()}", $"LGZ1030655933512 dlms client=1 suite=0 guek={Random()} gak={Random()} gbek={Random()} hls={Random()}"]);
        File.SetUnixFileMode(street.KeysFile, UnixFileMode.UserRead);
        var password = Path.Combine(street.Directory, "password");
        await File.WriteAllTextAsync(password, Password);
        File.SetUnixFileMode(password, UnixFileMode.UserRead);
        await File.AppendAllTextAsync(Path.Combine(street.Directory, "concentrator.toml"), $"""

            [[driver]]
            name = "own"
            family = "dlms"
            port = "{(await File.ReadAllTextAsync(Path.Combine(street.Directory, "own.url"))).Trim()}"
            profile = "idis"
            """);
        await OwnerTests.TrustAsync(street, issuer, "*");
        await File.WriteAllTextAsync(Path.Combine(street.Directory, "conf.d", "talk.toml"), $"[log]\nlevel = \"trace\"\n[upstream.main]\nuser = \"box\"\npassword = \"{password}\"\n");
    }

    /// <summary>Secrets that stand in files before the box starts, and those that it is given.</summary>
    private static List<Canary> Known(Street street)
    {
        var canaries = new List<Canary>
        {
            new("passphrase", Encoding.UTF8.GetBytes(Passphrase)), new("password of the broker", Encoding.UTF8.GetBytes(Password)),
            new("guek of an order", Guek), new("gak of an order", Gak), new("key that was set", Set),
        };
        foreach (var line in File.ReadLines(street.KeysFile))
        {
            foreach (var word in line.Split(' ').Where(word => word.Contains('=', StringComparison.Ordinal)))
            {
                var (name, value) = (word[..word.IndexOf('=', StringComparison.Ordinal)], word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]);
                if (name is "key" or "guek" or "gak" or "gbek" or "hls" or "psk" or "duk")
                {
                    canaries.Add(new Canary($"{name} of {line.Split(' ')[0]}", Convert.FromHexString(value)));
                }
            }
        }

        var rows = File.ReadAllLines(street.Shipment).Select(line => line.Split(',')).ToList();
        foreach (var (row, column) in rows.Skip(1).SelectMany(row => rows[0].Index().Where(column => column.Item is "psk" or "duk" or "guek" or "gak" or "hls" && row[column.Index].Length > 0).Select(column => (row, column))))
        {
            canaries.Add(new Canary($"{column.Item} of the shipment, {row[0]}", Convert.FromHexString(row[column.Index])));
        }

        return canaries;
    }

    private static async Task WorkAsync(Street street, DlmsMeter meter, ECDsa issuer, string backup)
    {
        await Street.WaitAsync(() => street.Tool("meter", "import", street.Shipment).Code == 0, () => "the shipment list was not taken" + street.Log);
        Assert.Equal(0, street.ToolWith(Convert.ToHexString(Set) + "\n", "meter", "key", "set", "GWI-00000815-3C-03").Code);
        Assert.NotEqual(0, street.ToolWith(Convert.ToHexString(Set) + "Z\n", "meter", "key", "set", "GWI-00000815-3C-03").Code); // what is refused is not repeated
        await Street.WaitAsync(() => street.Tool("meter", "read", meter.Name, "--what", "1-0:1.8.0*255").Code == 0, () => "the meter is not read" + street.Log);
        var identity = JsonNode.Parse(street.Consumer.Payloads("/identity")[^1])!;
        var box = new BoxPublicKey(identity["boxKey"]!["kid"]!.GetValue<string>(), identity["boxKey"]!["x"]!.GetValue<string>(), identity["boxKey"]!["y"]!.GetValue<string>());
        var args = SealedOrder.Args(box, "dc-test", meter.Name, meter.Keys.Kek, ("guek", Guek), ("gak", Gak));
        await street.Consumer.SayAsync(Base + "keys", (new SignedOrder("keys-1", args, [meter.Name]) with { Issued = DateTimeOffset.UtcNow, Expires = DateTimeOffset.UtcNow.AddHours(1) }).By(issuer));
        await Street.WaitAsync(() => street.Consumer.Payloads("/cmd/keys-1/status").Any(payload => JsonNode.Parse(payload)!["state"]!.GetValue<string>() == "done"), () => "the keys were not changed" + string.Join('\n', street.Consumer.Payloads("/cmd/keys-1/")) + street.Log);
        Assert.Equal((Convert.ToHexString(Guek), Convert.ToHexString(Gak)), (Convert.ToHexString(meter.Keys.Guek), Convert.ToHexString(meter.Keys.Gak)));
        Assert.Equal(0, street.Tool("meter", "read", meter.Name, "--what", "1-0:1.8.0*255").Code); // and the box reads on under them
        await Street.WaitAsync(() => Drivers(street).Any(driver => driver["family"]!.GetValue<string>() == "g3" && driver["state"]!.GetValue<string>() == "listening"), () => "the G3 network did not come up" + street.Log);
        Assert.True(street.ToolWith(Passphrase + "\n", "backup", "create", backup, "--bulk").Code == 0, street.Log);
    }

    private static IEnumerable<JsonNode> Drivers(Street street) => JsonNode.Parse(street.Tool("status", "--json").Output)!["drivers"]!.AsArray().OfType<JsonNode>();

    /// <summary>Every page that can be asked for, and every verb that tells something.</summary>
    private static async Task AskEverythingAsync(Street street, SecretSurfaces surfaces)
    {
        using var browser = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{street.Http}") };
        var document = JsonNode.Parse(await browser.GetStringAsync("/api/v1/openapi.json"))!;
        var known = new Dictionary<string, string> { ["{id}"] = "keys-1", ["{name}"] = "main", ["{driver}"] = "plc-g3" };
        var paths = document["paths"]!.AsObject().Where(path => path.Value!["get"] is not null).Select(path => known.Aggregate(path.Key, (text, one) => text.Replace(one.Key, one.Value, StringComparison.Ordinal))).ToList();
        Assert.True(paths.Count >= 15, $"{paths.Count} pages");
        foreach (var path in (string[])[.. paths, "/", "/console.js", "/console.css", "/api/v1/meters/GWI-00000815-3C-03", "/nothing"])
        {
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(3)); // some never end
            var said = new MemoryStream();
            try
            {
                using var answer = await browser.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, late.Token);
                await (await answer.Content.ReadAsStreamAsync(late.Token)).CopyToAsync(said, late.Token);
            }
            catch (OperationCanceledException)
            {
                // It has told for long enough.
            }

            surfaces.Add($"http {path}", said.ToArray());
        }

        foreach (var verb in (string[][])[["status"], ["status", "--json"], ["meter", "list", "--json"], ["meter", "show", "GWI-00000815-3C-03", "--json"], ["order", "list", "--json"], ["order", "show", "keys-1", "--json"], ["event", "list"],
            ["hes", "status"], ["net", "show", "--json"], ["report", "handover"], ["config", "show", "--config", Path.Combine(street.Directory, "concentrator.toml")], ["ledger", "stat"], ["version"]])
        {
            surfaces.Add($"tool {string.Join(' ', verb)}", street.Tool(verb).Output);
        }
    }

    private static string ToolErrors(Street street, string input, params string[] arguments)
    {
        var before = street.Log.Length;
        Assert.Equal(9, street.ToolWith(input + "\n", arguments).Code);
        return street.Log[before..];
    }

    /// <summary>Secrets that the box made itself: only its own device key opens what it kept of them.</summary>
    private static List<Canary> Made(string state)
    {
        var canaries = new List<Canary> { new("device key", File.ReadAllBytes(Path.Combine(state, "device.key"))) };
        using var device = DeviceKey.Open(state, null);
        var clock = new FakeTimeProvider();
        using var ledger = new Ledger(new LedgerOptions(), new DiskFiles(Path.Combine(state, "ledger")), new FakeTime(clock), clock, NullLogger.Instance);
        var memory = new DriverMemory(ledger, new FakeTime(clock));
        foreach (var record in ledger.ReadBooks())
        {
            if (record.Type == RecordType.Installation)
            {
                var one = InstallationRecord.Parse(record.Payload);
                using var pair = ECDiffieHellman.Create();
                pair.ImportPkcs8PrivateKey(device.Unwrap(one.WrappedKey.Span, Encoding.UTF8.GetBytes("box key|" + one.KeyId)), out _);
                canaries.Add(new Canary("box key", pair.ExportParameters(true).D!));
            }
            else if (record.Type == RecordType.DriverMemory && new OctetReader(record.Payload) is var from && from.Text() is var driver && from.Text() is var name && name.StartsWith("group keys of PAN ", StringComparison.Ordinal))
            {
                canaries.AddRange(GroupKeys(device, driver, name[^4..], from.Octets()));
            }
        }

        return canaries;
    }

    private static IEnumerable<Canary> GroupKeys(DeviceKey device, string driver, string pan, ReadOnlyMemory<byte> kept)
    {
        var wrapped = new List<byte[]>();
        var from = new OctetReader(kept);
        _ = (from.Byte(), from.Byte()); // format, the one in use
        for (var place = 0; place < 2; place++)
        {
            wrapped.Add(from.Octets().ToArray());
        }

        return wrapped.Index().Where(one => one.Item.Length > 0).Select(one => new Canary("group key of " + driver, device.Unwrap(one.Item, Encoding.UTF8.GetBytes($"{driver}|G3 group key|{pan}|{one.Index}"))!));
    }
}
