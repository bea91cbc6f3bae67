using System.Globalization;
using System.Text;
using System.Text.Json;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Verbs that make the service ask a meter, and what meters' own logs said.</summary>
internal static class OrderVerbs
{
    private static readonly string[] Filters = ["meter", "limit"];

    internal static Task<int> ReadAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var id])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator meter read ID [--what registers|daily-profile|OBIS] [--from TIME] [--to TIME] [--jsonl]");
        }

        var shape = new ReadShape(arguments["what"] ?? "registers", Instant(arguments, "from"), Instant(arguments, "to"));
        using var content = new StringContent(JsonSerializer.Serialize(shape, WebJson.Default.ReadShape), Encoding.UTF8, "application/json");
        var state = "failed";
        await foreach (var line in service.LinesAsync(HttpMethod.Post, $"/api/v1/meters/{Uri.EscapeDataString(id)}/read", content, environment.Stop).ConfigureAwait(false))
        {
            var step = JsonSerializer.Deserialize(line, WebJson.Default.OrderStepShape)!;
            state = step.State;
            if (arguments.Has("jsonl"))
            {
                await environment.Output.WriteLineAsync(line).ConfigureAwait(false);
                continue;
            }

            await environment.Errors.WriteLineAsync($"{step.State}: {step.Sentence}").ConfigureAwait(false);
            foreach (var value in step.Values)
            {
                await environment.Output.WriteLineAsync($"{value.At,-26} {value.Obis,-18} {value.Value,16}e{value.Scaler,-3} {value.Unit,-6} {value.Status,-8} {NameOf(value.Obis)}".TrimEnd()).ConfigureAwait(false);
            }
        }

        return state switch { "done" => ExitCode.Ok, "partial" => ExitCode.Partial, "refused" => ExitCode.Refused, _ => ExitCode.Failed };
    });

    internal static Task<int> EventsAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var query = string.Join('&', Filters.Where(name => arguments[name] is not null).Select(name => $"{name}={Uri.EscapeDataString(arguments[name]!)}"));
        var json = await ServiceVerbs.TextAsync(service, "/api/v1/events?" + query, environment.Stop).ConfigureAwait(false);
        foreach (var one in JsonSerializer.Deserialize(json, WebJson.Default.IReadOnlyListEventShape)!)
        {
            await environment.Output.WriteLineAsync(arguments.Has("jsonl") ? JsonSerializer.Serialize(one, WebJson.Default.EventShape)
                : $"{one.OccurredAt,-26} {one.Meter,-22} {one.Log,-16} {one.Number,5}  {one.Text}".TrimEnd()).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    private static string NameOf(string obis) => Metering.Obis.TryParse(obis, out var name) ? Protocols.Dlms.Model.Classes.ObisNames.Of(name) : "";

    private static DateTime? Instant(Arguments arguments, string name) =>
        arguments[name] is not { } text ? null
        : DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? at
        : throw new ServiceFault(ExitCode.Usage, $"--{name} wants a time such as 2026-11-24T08:00:00Z, not {text}");
}
