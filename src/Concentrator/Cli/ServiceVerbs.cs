using System.Text;
using System.Text.Json;
using Concentrator.Settings;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Verbs that talk to the running service.</summary>
internal static class ServiceVerbs
{
    internal static async Task<int> RunAsync(Arguments arguments, CliEnvironment environment)
    {
        var outcome = LocalVerbs.Load(arguments, environment);
        foreach (var fault in outcome.Faults)
        {
            await environment.Errors.WriteLineAsync(fault.ToString()).ConfigureAwait(false);
        }

        return outcome.Settings is null ? ExitCode.ConfigurationInvalid : await environment.Run(outcome.Settings, environment.Stop).ConfigureAwait(false);
    }

    internal static Task<int> StatusAsync(Arguments arguments, CliEnvironment environment) => WithAsync(arguments, environment, async service =>
    {
        var json = await TextAsync(service, "/api/v1/status", environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        var status = JsonSerializer.Deserialize(json, WebJson.Default.StatusShape)!;
        var flow = status.Flow;
        await environment.Output.WriteLineAsync(
            $"{status.Verdict}\n{(status.Installation is { } one ? $"system title {one.SystemTitle}, installation {one.Number} ({one.Reason}), box key {one.BoxKey}\n" : "")}{(status.Forecast is { } forecast ? forecast + "\n" : "")}\nheard {flow.Heard}, copies {flow.Copies}, decoded {flow.Decoded}, kept {flow.Kept}, stored {flow.Stored}, delivered {flow.Delivered}\n"
            + string.Join('\n', status.Drivers.Select(driver => $"driver {driver.Name,-10} {driver.State,-12} {driver.Sentence}"))
            + "\n" + string.Join('\n', status.Upstreams.Select(HeadEndVerbs.Line))).ConfigureAwait(false);
        return ExitCode.Ok;
    });

    internal static Task<int> MeterListAsync(Arguments arguments, CliEnvironment environment) => WithAsync(arguments, environment, async service =>
    {
        var json = await TextAsync(service, "/api/v1/meters", environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        foreach (var meter in JsonSerializer.Deserialize(json, WebJson.Default.IReadOnlyListMeterShape)!)
        {
            await environment.Output.WriteLineAsync($"{meter.Id,-22} {meter.Media,-14} {meter.LastHeard:yyyy-MM-dd HH:mm:ss}  {(meter.Rssi is { } rssi ? $"{rssi} dBm" : ""),8}  {meter.Security,-12} {meter.Stage,-9} {meter.Place,-20} {meter.Phase,-4} {Trouble(meter)}".TrimEnd()).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    internal static Task<int> MeterShowAsync(Arguments arguments, CliEnvironment environment) => WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var id])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator meter show ID");
        }

        var json = await TextAsync(service, "/api/v1/meters/" + Uri.EscapeDataString(id), environment.Stop).ConfigureAwait(false);
        if (!arguments.Has("json"))
        {
            using var document = JsonDocument.Parse(json);
            json = string.Join('\n', Facts("", document.RootElement));
        }

        await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
        return ExitCode.Ok;
    });

    /// <summary>What is to be said of a meter: why it is missing before what is wrong with its telegrams.</summary>
    private static string? Trouble(MeterShape meter) => meter.HeardElsewhere is { } box ? $"heard elsewhere: {box} reads it" : meter.Reason ?? meter.Sentence ?? meter.Warning;

    /// <summary>Facts of a document, a line each; those inside others under both names.</summary>
    private static IEnumerable<string> Facts(string before, JsonElement element) => element.EnumerateObject().SelectMany(fact => fact.Value.ValueKind switch
    {
        JsonValueKind.Object => Facts(before + fact.Name + ".", fact.Value),
        JsonValueKind.Null or JsonValueKind.Undefined when before.Length > 0 => [],
        JsonValueKind.Array => fact.Value.EnumerateArray().Select(item => $"{before + fact.Name,-20} {item}"),
        _ => [$"{before + fact.Name,-20} {fact.Value}"],
    });

    internal static Task<int> MeterKeySetAsync(Arguments arguments, CliEnvironment environment) => WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var id])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator meter key set ID [--purpose mbus] [--from FILE]; the key comes from stdin or the file, never from the command line");
        }

        var key = (arguments["from"] is { } path ? await File.ReadAllTextAsync(path, environment.Stop).ConfigureAwait(false) : await environment.Input.ReadToEndAsync(environment.Stop).ConfigureAwait(false)).Trim();
        var shape = new KeyShape(arguments["purpose"] ?? "mbus", key, Number(arguments, "client"), (uint)Number(arguments, "key-id"));
        using var content = new StringContent(JsonSerializer.Serialize(shape, WebJson.Default.KeyShape), Encoding.UTF8, "application/json");
        using var answer = await service.AskAsync(HttpMethod.Put, $"/api/v1/meters/{Uri.EscapeDataString(id)}/keys", content, environment.Stop).ConfigureAwait(false);
        await environment.Errors.WriteLineAsync($"the key of {id} is set; it is stored wrapped and never shown again").ConfigureAwait(false);
        return ExitCode.Ok;
    });

    internal static Task<int> FrameTailAsync(Arguments arguments, CliEnvironment environment) => WithAsync(arguments, environment, async service =>
    {
        await foreach (var line in service.LinesAsync(HttpMethod.Get, "/api/v1/frames", environment.Stop).ConfigureAwait(false))
        {
            var frame = JsonSerializer.Deserialize(line, WebJson.Default.FrameShape)!;
            await environment.Output.WriteLineAsync(arguments.Has("jsonl") ? line : $"{frame.At:HH:mm:ss.fff} {frame.Source,-8} {frame.Meter,-22} {frame.Rssi,4} dBm  {frame.Outcome,-12} {frame.Hex}").ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    internal static async Task<int> WithAsync(Arguments arguments, CliEnvironment environment, Func<ServiceClient, Task<int>> verb)
    {
        using var service = new ServiceClient(SocketOf(arguments));
        try
        {
            return await verb(service).ConfigureAwait(false);
        }
        catch (ServiceFault fault)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {fault.Message}").ConfigureAwait(false);
            return fault.ExitCode;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {e.Message}").ConfigureAwait(false);
            return ExitCode.Unreachable;
        }
    }

    internal static async Task<string> TextAsync(ServiceClient service, string path, CancellationToken stop)
    {
        using var answer = await service.AskAsync(HttpMethod.Get, path, null, stop).ConfigureAwait(false);
        return await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false);
    }

    private static int Number(Arguments arguments, string name) =>
        arguments[name] is not { } text ? 0
        : int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
        : throw new ServiceFault(ExitCode.Usage, $"--{name} wants a number, not {text}");

    private static string SocketOf(Arguments arguments) =>
        arguments["socket"] ?? (arguments["state"] is { } state ? Path.Combine(Path.GetFullPath(state), "s") : SettingsLoader.DefaultSocket);
}
