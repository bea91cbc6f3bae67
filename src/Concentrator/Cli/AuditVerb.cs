using System.Text.Json;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Who did what, newest first.</summary>
internal static class AuditVerb
{
    internal static Task<int> ListAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var before = arguments["before"] is { } sequence ? $"&before={Uri.EscapeDataString(sequence)}" : "";
        var json = await ServiceVerbs.TextAsync(service, $"/api/v1/audit?limit={Uri.EscapeDataString(arguments["limit"] ?? "100")}{before}", environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        foreach (var line in JsonSerializer.Deserialize(json, WebJson.Default.IReadOnlyListAuditShape)!)
        {
            var change = line.Before is null ? line.After : $"{line.Before} -> {line.After ?? "nothing"}";
            await environment.Output.WriteLineAsync($"{line.Sequence,10}  {(line.At is { } at ? at.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) : "without time"),-19}  {line.Who,-28} {line.What,-22} {line.Subject,-22} {change}".TrimEnd()).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });
}
