using System.Text;
using System.Text.Json;

namespace Unit.Live;

/// <summary>Keys come late, are wrong, are secret: the whole box on a pty.</summary>
public sealed class KeyTests
{
    [Fact]
    public async Task A_telegram_without_key_is_kept_and_decoded_when_its_key_comes_a_wrong_key_is_said_and_no_key_is_ever_seen()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped);
        var lines = await File.ReadAllLinesAsync(street.KeysFile);
        var (late, wrong) = (lines[0].Split(' ')[0], lines[1].Split(' ')[0]);
        var keys = lines.Select(KeyOf).ToArray();
        var wrongKey = keys[1][..^2] + (keys[1].EndsWith("00", StringComparison.Ordinal) ? "01" : "00");
        File.Delete(street.KeysFile);
        await File.WriteAllLinesAsync(street.KeysFile, [$"{wrong} wmbus key={wrongKey}", .. lines[2..]]);
        File.SetUnixFileMode(street.KeysFile, UnixFileMode.UserRead);
        using var service = street.StartService();
        await Street.WaitAsync(() => Sentence(street, late).Contains("no key", StringComparison.Ordinal), "the meter without key was not told");
        await Street.WaitAsync(() => Sentence(street, wrong).Contains("key does not fit", StringComparison.Ordinal), "the wrong key was not told");
        Assert.DoesNotContain(street.Consumer.Keys(), key => key.StartsWith(late, StringComparison.Ordinal));

        var heardBefore = DateTime.UtcNow;
        Assert.Equal(0, street.ToolWith(keys[0] + "\n", "meter", "key", "set", late).Code);
        await Street.WaitAsync(
            () => BlocksOf(street, late).Any(block => block.GetProperty("receivedAt").GetDateTime() < heardBefore), "what was heard before the key came was not decoded");
        await Street.WaitAsync(() => Sentence(street, late).Length == 0, "the meter is still said to be without key");

        street.Consumer.MustAllFitTheirSchemas();
        await MustNotShowAsync(street, [.. keys, wrongKey]);
        await ServiceProcess.StopAsync(service);
        MustNotStandIn(Directory.EnumerateFiles(street.State, "*", SearchOption.AllDirectories), [.. keys, wrongKey], street.Log);
        Assert.True(Stands(await File.ReadAllBytesAsync(street.KeysFile), wrongKey), "the search finds nothing: it proves nothing");
    }

    /// <summary>Everything a person or a program can ask of the box.</summary>
    private static async Task MustNotShowAsync(Street street, string[] keys)
    {
        using var browser = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{street.Http}") };
        var said = new StringBuilder(street.Log);
        foreach (var path in (string[])["/", "/metrics", "/healthz", "/readyz", "/api/v1/status", "/api/v1/meters", "/api/v1/readings", "/api/v1/openapi.json"])
        {
            said.Append(await browser.GetStringAsync(path));
        }

        foreach (var verb in (string[][])[["status", "--json"], ["meter", "list"], ["hes", "status"], ["config", "show", "--config", Path.Combine(street.Directory, "concentrator.toml")], ["ledger", "stat"]])
        {
            said.Append(street.Tool(verb).Output);
        }

        lock (street.Consumer.Messages)
        {
            said.AppendJoin('\n', street.Consumer.Messages.Select(message => message.Topic + message.Payload));
        }

        Assert.True(said.Length > 10_000);
        Assert.All(keys, key => Assert.False(Stands(Encoding.UTF8.GetBytes(said.ToString()), key), "a key was shown"));
    }

    private static void MustNotStandIn(IEnumerable<string> files, string[] keys, string log)
    {
        var octets = files.ToDictionary(file => file, File.ReadAllBytes);
        Assert.True(octets.Count > 5);
        octets["log"] = Encoding.UTF8.GetBytes(log);
        Assert.All(octets, file => Assert.All(keys, key => Assert.False(Stands(file.Value, key), $"a key stands in {file.Key}")));
    }

    /// <summary>As octets, as hex digits of either case, as base 64.</summary>
    private static bool Stands(ReadOnlySpan<byte> octets, string key)
    {
        var raw = Convert.FromHexString(key);
        return octets.IndexOf(raw) >= 0 || octets.IndexOf(Encoding.ASCII.GetBytes(key.ToUpperInvariant())) >= 0
            || octets.IndexOf(Encoding.ASCII.GetBytes(key.ToLowerInvariant())) >= 0 || octets.IndexOf(Encoding.ASCII.GetBytes(Convert.ToBase64String(raw))) >= 0;
    }

    private static string KeyOf(string line) => line[(line.IndexOf("key=", StringComparison.Ordinal) + 4)..].Split(' ')[0];

    private static string Sentence(Street street, string meter)
    {
        var (code, output) = street.Tool("meter", "show", meter, "--json");
        return code != 0 ? "" : JsonDocument.Parse(output).RootElement.GetProperty("sentence").GetString() ?? "";
    }

    private static IEnumerable<JsonElement> BlocksOf(Street street, string meter) =>
        street.Consumer.Readings().SelectMany(message => JsonDocument.Parse(message).RootElement.GetProperty("blocks").EnumerateArray())
            .Where(block => block.GetProperty("meter").GetString() == meter);
}
