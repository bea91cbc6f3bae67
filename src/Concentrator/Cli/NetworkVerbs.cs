using System.Text.Json;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Verbs about power line networks.</summary>
internal static class NetworkVerbs
{
    internal static Task<int> ShowAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words.Count > 1)
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator net show [DRIVER] [--json]");
        }

        var json = await ServiceVerbs.TextAsync(service, "/api/v1/network" + (arguments.Words is [var name] ? "/" + Uri.EscapeDataString(name) : ""), environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        IReadOnlyList<NetworkShape> networks = arguments.Words.Count == 1 ? [JsonSerializer.Deserialize(json, WebJson.Default.NetworkShape)!] : JsonSerializer.Deserialize(json, WebJson.Default.IReadOnlyListNetworkShape)!;
        if (networks.Count == 0)
        {
            await environment.Errors.WriteLineAsync("no driver has told of a node: there is no power line network, or its modem is not up yet (concentrator status)").ConfigureAwait(false);
        }

        foreach (var line in networks.SelectMany(NetworkText.Lines))
        {
            await environment.Output.WriteLineAsync(line).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    /// <summary>Without --watch: those that wait, and why. With it: what happens from now on.</summary>
    internal static Task<int> JoinAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words.Count > 0)
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator net join [--watch] [--jsonl]");
        }

        if (arguments.Has("watch"))
        {
            return await WatchAsync(service, arguments, environment).ConfigureAwait(false);
        }

        var networks = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/network", environment.Stop).ConfigureAwait(false), WebJson.Default.IReadOnlyListNetworkShape)!;
        foreach (var node in networks.SelectMany(network => network.Nodes).Where(node => node.State is "quarantined" or "refused" or "registered"))
        {
            await environment.Output.WriteLineAsync(
                arguments.Has("jsonl") ? JsonSerializer.Serialize(node, WebJson.Default.NodeShape) : $"{node.Driver,-8} {node.Eui,-16} {node.Meter,-22} {node.State,-12} {node.Sentence}".TrimEnd()).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    /// <summary>Until somebody ends it, which is no failure.</summary>
    private static async Task<int> WatchAsync(ServiceClient service, Arguments arguments, CliEnvironment environment)
    {
        try
        {
            await foreach (var line in service.LinesAsync(HttpMethod.Get, "/api/v1/network/changes", environment.Stop).ConfigureAwait(false))
            {
                await environment.Output.WriteLineAsync(arguments.Has("jsonl") ? line : NetworkText.Line(JsonSerializer.Deserialize(line, WebJson.Default.NetworkChangeShape)!)).ConfigureAwait(false);
            }

            return ExitCode.Unreachable; // the service ended
        }
        catch (OperationCanceledException) when (environment.Stop.IsCancellationRequested)
        {
            return ExitCode.Ok;
        }
    }
}
