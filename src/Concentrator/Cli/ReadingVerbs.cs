using System.Text.Json;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Stored values for people, programs and files.</summary>
internal static class ReadingVerbs
{
    internal static Task<int> QueryAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        await foreach (var line in service.LinesAsync(HttpMethod.Get, PathOf(arguments, arguments.Has("jsonl") ? 1_000_000 : 1000), environment.Stop).ConfigureAwait(false))
        {
            await environment.Output.WriteLineAsync(arguments.Has("jsonl") ? line : Text(JsonSerializer.Deserialize(line, WebJson.Default.ReadingShape)!)).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    internal static Task<int> ExportAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments["output"] is not { } output)
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator reading export --output FILE [--format csv|jsonl]");
        }

        var csv = (arguments["format"] ?? (output.EndsWith(".csv", StringComparison.Ordinal) ? "csv" : "jsonl")) == "csv";
        var rows = 0;
        var file = new StreamWriter(output);
        await using (file.ConfigureAwait(false))
        {
            if (csv)
            {
                await file.WriteLineAsync("meter,key,column,obis,at,value,scaler,unit,status,rev,q,seq,receivedAt").ConfigureAwait(false);
            }

            await foreach (var line in service.LinesAsync(HttpMethod.Get, PathOf(arguments, 1_000_000), environment.Stop).ConfigureAwait(false))
            {
                await file.WriteLineAsync(csv ? Csv(JsonSerializer.Deserialize(line, WebJson.Default.ReadingShape)!) : line).ConfigureAwait(false);
                rows++;
            }
        }

        await environment.Errors.WriteLineAsync($"{rows} values written to {output}").ConfigureAwait(false);
        return ExitCode.Ok;
    });

    private static string PathOf(Arguments arguments, int limit)
    {
        var query = new List<string> { "limit=" + (arguments["limit"] ?? limit.ToString(System.Globalization.CultureInfo.InvariantCulture)) };
        foreach (var name in new[] { "meter", "obis", "from", "to" })
        {
            if (arguments[name] is { } value)
            {
                query.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }

        return "/api/v1/readings?" + string.Join('&', query);
    }

    private static string Text(ReadingShape row) =>
        $"{row.ReceivedAt:yyyy-MM-dd HH:mm:ss}  {row.Meter,-22} {row.Obis ?? row.Column,-20} {row.Value,14}{(row.Scaler == 0 ? "" : $"e{row.Scaler}"),-4} {row.Unit,-8} {row.Q}";

    private static string Csv(ReadingShape row) => string.Join(',', new[]
    {
        row.Meter, row.Key, row.Column, row.Obis, row.At, row.Value, row.Scaler.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Unit,
        row.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Rev.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Q,
        row.Seq.ToString(System.Globalization.CultureInfo.InvariantCulture), row.ReceivedAt?.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
    }.Select(field => field is null ? "" : field.AsSpan().IndexOfAny(",\"\n") >= 0 ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field));
}
