using System.Globalization;
using System.Text.Json;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Puts the handover report together: what the box is, who was expected, who came, who is missing and why, and the first value of each.</summary>
internal static class HandoverVerb
{
    internal static Task<int> RunAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words.Count > 0)
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator report handover [--json]");
        }

        var report = await GatherAsync(service, environment.Stop).ConfigureAwait(false);
        foreach (var line in arguments.Has("json") ? [JsonSerializer.Serialize(report, CliJson.Default.HandoverShape)] : Lines(report))
        {
            await environment.Output.WriteLineAsync(line).ConfigureAwait(false);
        }

        return report.Missing.Count + report.Quarantine.Count + report.KeysMissing.Count == 0 && report.Drivers.All(driver => driver.State == "listening") ? ExitCode.Ok : ExitCode.Partial;
    });

    private static async Task<HandoverShape> GatherAsync(ServiceClient service, CancellationToken stop)
    {
        var status = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/status", stop).ConfigureAwait(false), WebJson.Default.StatusShape)!;
        var lives = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/meter-life", stop).ConfigureAwait(false), WebJson.Default.IReadOnlyListMeterLifeShape)!;
        var meters = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/meters", stop).ConfigureAwait(false), WebJson.Default.IReadOnlyListMeterShape)!;
        var networks = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/network", stop).ConfigureAwait(false), WebJson.Default.IReadOnlyListNetworkShape)!;
        var nodes = networks.SelectMany(network => network.Nodes).Where(node => node.Meter is not null).GroupBy(node => node.Meter!).ToDictionary(meter => meter.Key, meter => meter.OrderBy(node => node.State == "gone").First());
        var byEui = networks.SelectMany(network => network.Nodes).GroupBy(node => node.Eui).ToDictionary(node => node.Key, node => node.First());
        var open = lives.Where(life => life.Stage is "expected" or "joined").ToList();
        var known = meters.ToDictionary(meter => meter.Id);
        var (first, without) = await FirstAsync(service, open, stop).ConfigureAwait(false);
        return new HandoverShape(
            status.Now, status.Id, status.Version, status.Well, status.Verdict, status.Drivers, status.Upstreams, open.Count, open.Count(life => life.Stage == "joined"),
            lives.Count(life => life.Stage == "exchanged"), lives.Count(life => life.Stage == "retired"),
            [.. open.Select(life => Missing(life, known, nodes, byEui)).OfType<HandoverMeter>()],
            [.. meters.Where(meter => meter.Stage is null).Select(meter => new HandoverMeter(meter.Id, meter.Place, $"{meter.Media}, heard by {meter.Source} since {meter.FirstHeard:yyyy-MM-dd HH:mm}, and in no shipment list"))],
            [.. networks.SelectMany(network => network.Nodes).Where(node => node.State is "quarantined" or "refused")],
            [.. meters.Where(meter => meter.Stage is not null && (!meter.HasKey || meter.Security is "no-key" or "wrong-key"))
                .Select(meter => new HandoverMeter(meter.Id, meter.Place, meter.HasKey ? meter.Sentence ?? meter.Security : "no key of this meter is on the box"))],
            first, [.. without.Select(life => new HandoverMeter(life.Meter, life.Place, known.GetValueOrDefault(life.Meter)?.Reason ?? "nothing of it is stored yet"))],
            [.. meters.Where(meter => meter.Warning is not null).Select(meter => new HandoverMeter(meter.Id, meter.Place, meter.Warning!))],
            status.Installation);
    }

    private static HandoverMeter? Missing(MeterLifeShape life, Dictionary<string, MeterShape> known, Dictionary<string, NodeShape> nodes, Dictionary<string, NodeShape> byEui)
    {
        var node = nodes.GetValueOrDefault(life.Meter) ?? (life.Eui is null ? null : byEui.GetValueOrDefault(life.Eui));
        var meter = known.GetValueOrDefault(life.Meter) ?? (life.Mbus is null ? null : known.GetValueOrDefault(life.Mbus));
        var isHere = node is null ? life.Stage == "joined" : node is { State: "connected", IsOld: false };
        return isHere ? null
            : new HandoverMeter(life.Meter, life.Place, meter?.Reason ?? (node is not null ? $"{node.State}: {node.Sentence}" : life.Eui is null ? meter?.Sentence ?? "not heard yet" : $"its node {life.Eui} never registered"));
    }

    /// <summary>The first stored value of each meter.</summary>
    private static async Task<(List<ReadingShape> First, List<MeterLifeShape> Without)> FirstAsync(ServiceClient service, List<MeterLifeShape> open, CancellationToken stop)
    {
        var (first, without) = (new List<ReadingShape>(), new List<MeterLifeShape>());
        foreach (var life in open)
        {
            var found = false;
            foreach (var id in new[] { life.Meter, life.Mbus }.OfType<string>().Distinct())
            {
                await foreach (var line in service.LinesAsync(HttpMethod.Get, $"/api/v1/readings?limit=1&meter={Uri.EscapeDataString(id)}", stop).ConfigureAwait(false))
                {
                    first.Add(JsonSerializer.Deserialize(line, WebJson.Default.ReadingShape)!);
                    found = true;
                }
            }

            if (!found)
            {
                without.Add(life);
            }
        }

        return (first, without);
    }

    private static IEnumerable<string> Lines(HandoverShape report)
    {
        yield return $"HANDOVER REPORT  box {report.Id}, version {report.Version}, {(report.At is { } at ? $"{at:yyyy-MM-dd HH:mm:ss} UTC" : "no time")}";
        yield return report.Verdict;
        if (report.Installation is { } one)
        {
            yield return $"System title {one.SystemTitle}, installation {one.Number} ({one.Reason}); box key {one.BoxKey}: the head-end compares it before it seals keys to it";
        }

        yield return "";
        yield return "Modems and radios";
        foreach (var driver in report.Drivers)
        {
            yield return $"  {driver.Name,-10} {driver.Family,-8} {driver.Port,-20} {driver.State,-11} {driver.Sentence}";
            foreach (var (name, value) in driver.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal))
            {
                yield return $"  {"",-10} {name}: {value}";
            }
        }

        yield return "";
        yield return "Head-ends";
        foreach (var line in report.Upstreams.Select(HeadEndVerbs.Line).DefaultIfEmpty("none is configured"))
        {
            yield return "  " + line;
        }

        yield return "";
        yield return $"Meters: {report.Open} expected, {report.Joined} of them came, {report.Missing.Count} missing; {report.Exchanged} exchanged, {report.Retired} retired, {report.Unexpected.Count} heard that nobody expected";
        foreach (var (title, meters) in new[] { ("Missing", report.Missing), ("Keys missing or wrong", report.KeysMissing), ("Open to the whole street", report.Exposed), ("Without a reading", report.WithoutReading), ("Heard and not expected", report.Unexpected) })
        {
            foreach (var line in Section(title, [.. meters.Select(meter => $"{meter.Meter,-22} {meter.Place,-20} {meter.Sentence}")]))
            {
                yield return line;
            }
        }

        foreach (var line in Section("In quarantine or turned away", [.. report.Quarantine.Select(node => $"{node.Driver,-8} {node.Eui,-16} {node.Serial,-16} {node.Sentence}")]))
        {
            yield return line;
        }

        foreach (var line in Section("First readings", [.. report.FirstReadings.Select(Line)]))
        {
            yield return line;
        }
    }

    private static IEnumerable<string> Section(string title, IReadOnlyList<string> lines) => lines.Count == 0 ? [] : ["", $"{title} ({lines.Count})", .. lines.Select(line => "  " + line.TrimEnd())];

    private static string Line(ReadingShape row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Meter,-22} {row.At ?? row.ReceivedAt?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),-26} {row.Obis ?? row.Column,-20} {row.Value,14}{(row.Scaler == 0 ? "" : $"e{row.Scaler}"),-4} {row.Unit}");
}
