using System.Globalization;
using System.Text.Json;
using Concentrator.Cli.Scan;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Verbs about ports and the modems on them.</summary>
internal static class DriverVerbs
{
    /// <summary>Needs no service. What the configuration names is taken, whether it runs or not.</summary>
    internal static async Task<int> ScanAsync(Arguments arguments, CliEnvironment environment)
    {
        var wanted = arguments.Words;
        var taken = LocalVerbs.Load(arguments, environment).Settings?.Drivers.GroupBy(driver => driver.Port).ToDictionary(port => port.Key, port => port.First().Name) ?? [];
        var ports = SerialPorts.Of("/", taken).Where(port => wanted.Count == 0 || wanted.Contains(port.Path) || port.Names.Any(wanted.Contains)).ToList();
        ports.AddRange(wanted.Where(path => !ports.Any(port => port.Path == path || port.Names.Contains(path))).Select(path => SerialPorts.Named("/", path, taken)));

        if (arguments.Has("probe"))
        {
            for (var i = 0; i < ports.Count; i++)
            {
                ports[i] = ports[i] with { Probe = await ProbeAsync(ports[i], environment).ConfigureAwait(false) };
            }
        }

        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(JsonSerializer.Serialize(ports, CliJson.Default.IReadOnlyListSerialPortShape)).ConfigureAwait(false);
        }
        else
        {
            foreach (var port in ports)
            {
                await environment.Output.WriteLineAsync(Line(port)).ConfigureAwait(false);
            }
        }

        if (ports.Count == 0)
        {
            await environment.Errors.WriteLineAsync("no serial port is there: plug the modem in, and look at dmesg").ConfigureAwait(false);
        }

        return ports.Count == 0 ? ExitCode.NotFound : ExitCode.Ok;
    }

    internal static Task<int> TestAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var name])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator driver test NAME [--json]");
        }

        var status = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/status", environment.Stop).ConfigureAwait(false), WebJson.Default.StatusShape)!;
        var driver = status.Drivers.FirstOrDefault(driver => driver.Name == name)
            ?? throw new ServiceFault(ExitCode.NotFound, $"no driver is called {name}; there are {string.Join(", ", status.Drivers.Select(driver => driver.Name).DefaultIfEmpty("none"))}");
        var network = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/network", environment.Stop).ConfigureAwait(false), WebJson.Default.IReadOnlyListNetworkShape)!
            .FirstOrDefault(network => network.Driver == name);
        var nearest = network?.Nodes.Where(node => node.State is "connected" or "registered").OrderBy(node => node.Level ?? int.MaxValue).ThenByDescending(node => node.Quality ?? -1).Take(5).ToList() ?? [];
        var listens = driver.State == "listening";
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(JsonSerializer.Serialize(new DriverTestShape(listens, driver, network is null ? null : network with { Nodes = nearest }), CliJson.Default.DriverTestShape)).ConfigureAwait(false);
        }
        else
        {
            foreach (var line in Lines(driver, network, nearest, listens))
            {
                await environment.Output.WriteLineAsync(line).ConfigureAwait(false);
            }
        }

        return listens ? ExitCode.Ok : ExitCode.Unreachable;
    });

    private static IEnumerable<string> Lines(DriverShape driver, NetworkShape? network, List<NodeShape> nearest, bool listens)
    {
        yield return $"{(listens ? "ok    " : "failed")} {driver.Name} ({driver.Family} on {driver.Port}): {driver.State}{(driver.Since is { } since ? $" since {since:yyyy-MM-dd HH:mm:ss}" : "")}: {driver.Sentence}";
        foreach (var (name, value) in driver.Facts.OrderBy(fact => fact.Key, StringComparer.Ordinal))
        {
            yield return $"  {name,-24} {value}";
        }

        foreach (var (name, value) in driver.Counters.OrderBy(counter => counter.Key, StringComparer.Ordinal))
        {
            yield return $"  {name,-24} {value.ToString("N0", CultureInfo.InvariantCulture)}";
        }

        if (network is not null)
        {
            yield return $"  {"nodes",-24} {string.Join(", ", network.States.Select(state => $"{state.Value} {state.Key}"))}";
            foreach (var node in nearest)
            {
                yield return $"  {"nearest",-24} {node.Eui}  {node.Meter ?? "meter not known"}  {NetworkText.Hops(node.Level)}  {(node.Quality is { } quality ? $"{quality} %" : "")}".TrimEnd();
            }
        }
    }

    private static async Task<string> ProbeAsync(SerialPortShape port, CliEnvironment environment) =>
        port.HeldBy is { } holder ? $"not asked: {holder} has it open"
        : port.Driver is { } driver && Environment.UserName != "root" ? $"not asked: driver {driver} may have it open, and only root sees whether it has"
        : await UsiProbe.AskAsync(port.Path, TimeProvider.System, environment.Stop).ConfigureAwait(false);

    private static string Line(SerialPortShape port) => string.Join("  ", new[]
    {
        $"{port.Path,-16}", port.What, port.Serial is null ? null : $"serial {port.Serial}", port.Driver is { } driver ? $"driver {driver}" : "free in the configuration",
        port.HeldBy is { } holder ? $"open in {holder}" : null, port.Probe, port.Names.Count > 0 ? $"also {string.Join(", ", port.Names)}" : null,
    }.Where(part => !string.IsNullOrEmpty(part)));
}
