using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Concentrator.Ports;
using Simulation.Dlms;
using Substation.Orders;

namespace Unit.Live;

/// <summary>A meter of its own on TCP for each kind of order, the service binary, a real broker, and a head-end that signs. The meters stay in this process: what was done to them is seen, whatever becomes of the box.</summary>
internal sealed class OrderedBox : IAsyncDisposable
{
    /// <summary>Id of the box.</summary>
    internal const string Id = "dc-test";

    /// <summary>How long a relay of a meter takes to move.</summary>
    internal static readonly TimeSpan RelayTakes = TimeSpan.FromMilliseconds(500);

    private readonly string _directory = Directory.CreateTempSubdirectory("ordered").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<MeterPort> _ports = [];
    private readonly Mosquitto _broker;

    private OrderedBox(string binary, int meters)
    {
        _broker = new Mosquitto(_directory);
        Consumer = new Consumer(_directory, _broker.Port, "dc/v1/+/#");
        Meters = [.. Enumerable.Range(1, meters).Select(Make)];
        File.WriteAllText(Path.Combine(_directory, "hes-1.pem"), _key.ExportSubjectPublicKeyInfoPem());
        var keys = Path.Combine(_directory, "meters.keys");
        File.WriteAllLines(keys, Meters.SelectMany(meter => (IEnumerable<string>)[.. meter.KeyLines, $"{NewKeys.ChannelOf(meter)} wmbus key={Convert.ToHexString(NewKeys.OfChannel)}"]));
        File.SetUnixFileMode(keys, UnixFileMode.UserRead);
        File.WriteAllText(Path.Combine(_directory, "concentrator.toml"), Configuration(keys));
        Service = new ServiceProcess(binary, Path.Combine(_directory, "concentrator.toml"), Path.Combine(_directory, "state"));
    }

    /// <summary>The meters.</summary>
    internal IReadOnlyList<DlmsMeter> Meters { get; }

    /// <summary>What each of them was told to do.</summary>
    internal Dictionary<DlmsMeter, Deeds> Deeds { get; } = [];

    /// <summary>The box.</summary>
    internal ServiceProcess Service { get; }

    /// <summary>The head-end's ears.</summary>
    internal Consumer Consumer { get; }

    /// <summary>APDUs that came to any meter.</summary>
    internal long Asked => Meters.Sum(meter => meter.Asked);

    internal static async Task<OrderedBox> OpenAsync(string binary, int meters)
    {
        ServiceProcess.MustBeThere(binary);
        var box = new OrderedBox(binary, meters);
        await box.Consumer.ConnectAsync();
        return box;
    }

    /// <summary>What new keys are sealed to; null until the box has told it.</summary>
    internal BoxPublicKey? Key => Consumer.Payloads("/identity") is [.., var last] && JsonNode.Parse(last)!["boxKey"] is { } key
        ? new BoxPublicKey(key["kid"]!.GetValue<string>(), key["x"]!.GetValue<string>(), key["y"]!.GetValue<string>()) : null;

    /// <summary>An order of the head-end, signed.</summary>
    internal Task GiveAsync(string id, string verb, string args, params DlmsMeter[] meters) => Consumer.SayAsync(
        $"dc/v1/{Id}/cmd/{verb}", (new SignedOrder(id, args, [.. meters.Select(meter => meter.Name)]) with { Issued = DateTimeOffset.UtcNow, Expires = DateTimeOffset.UtcNow.AddHours(1) }).By(_key));

    /// <summary>States of an order as they were told; of its meter with <paramref name="what"/> = result.</summary>
    internal string[] Told(string id, string what = "status") => [.. Consumer.Payloads($"/cmd/{id}/{what}").Select(payload => JsonNode.Parse(payload)!["state"]!.GetValue<string>())];

    /// <summary>When its meter was through with it.</summary>
    internal DateTime EndedAt(string id) => Consumer.Payloads($"/cmd/{id}/result").Max(payload => JsonNode.Parse(payload)!["at"]!.GetValue<DateTime>());

    /// <summary>Everything that was told of an order.</summary>
    internal string All(string id) => string.Join(" | ", Consumer.Payloads($"/cmd/{id}/"));

    public async ValueTask DisposeAsync()
    {
        Service.Dispose();
        _ports.ForEach(port => port.Dispose());
        await Consumer.DisposeAsync();
        _broker.Dispose();
        _key.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private DlmsMeter Make(int number)
    {
        var meter = new DlmsMeter(OrderCases.Fitted(new DlmsMeterPlan(number, 7, HistoryDays: 1)) with { BreakerTakes = RelayTakes, VerifyTakes = 4 * RelayTakes }, () => TimeProvider.System.GetUtcNow().UtcDateTime);
        meter.Device.Add(new Panel());
        Deeds[meter] = new Deeds(meter);
        _ports.Add(MeterPort.OnTcp(meter, new MeterPace(number, 10), Path.Combine(_directory, $"meter-{number}.url")));
        return meter;
    }

    private string Configuration(string keys)
    {
        var text = new StringBuilder($"""
            id = "{Id}"
            [upstream.main]
            url = "mqtts://localhost:{_broker.Port}"
            ca = "{_directory}/ca.pem"
            certificate = "{_directory}/client.pem"
            key = "{_directory}/client.key"
            [[issuer]]
            keyId = "hes-1"
            publicKey = "{_directory}/hes-1.pem"
            orders = ["*"]
            [keys]
            file = "{keys}"
            [http]
            listen = "127.0.0.1:{Mosquitto.FreePort()}"

            """);
        foreach (var number in Enumerable.Range(1, _ports.Count))
        {
            var port = File.ReadAllText(Path.Combine(_directory, $"meter-{number}.url")).Trim();
            text.AppendLine(CultureInfo.InvariantCulture, $"[[driver]]\nname = \"meter{number}\"\nfamily = \"dlms\"\nport = \"{port}\"\nprofile = \"idis\"");
        }

        return text.ToString();
    }
}
