using System.Globalization;
using System.Text;
using System.Text.Json;
using Concentrator.Ports;
using Concentrator.Shipments;
using Concentrator.Web;
using Drivers.Dlms;

namespace Concentrator.Cli;

/// <summary>Verbs about meters that are expected, exchanged and retired.</summary>
internal static class MeterLifeVerbs
{
    private const string ImportUsage = "concentrator meter import FILE [--check] [--json]";

    /// <summary>The list is read here first, so that its faults are told also where no service runs; the service checks it against its book and takes it, all or nothing.</summary>
    internal static async Task<int> ImportAsync(Arguments arguments, CliEnvironment environment)
    {
        if (arguments.Words is not [var path])
        {
            await environment.Errors.WriteLineAsync($"concentrator: {ImportUsage}").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        if (!File.Exists(path) || new FileInfo(path).Length > ShipmentFile.MostOctets)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {path} {(File.Exists(path) ? $"has more than {ShipmentFile.MostOctets} octets" : "is not there")}").ConfigureAwait(false);
            return ExitCode.NotFound;
        }

        string text;
        try
        {
            text = await File.ReadAllTextAsync(path, environment.Stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {path}: {e.Message}").ConfigureAwait(false);
            return ExitCode.NotFound;
        }

        var list = ShipmentFile.Parse(text, MeterProfiles.Names);
        var faults = list.Findings.Count(finding => finding.IsFault);
        if (faults > 0)
        {
            var told = list.Findings.OrderByDescending(finding => finding.IsFault).ThenBy(finding => finding.Line).Take(ShipmentReport.MostFindings).ToList();
            var report = new ShipmentReport(list.Rows.Count, 0, 0, list.Rows.Sum(row => row.Keys.Count), false, told) { Faults = faults, Further = list.Findings.Count - told.Count };
            return await TellAsync(arguments, environment, path, FieldShapes.Of(report), "").ConfigureAwait(false);
        }

        var check = arguments.Has("check");
        return await ServiceVerbs.WithAsync(arguments, environment, async service =>
        {
            using var content = new StringContent(text, Encoding.UTF8, "text/csv");
            try
            {
                using var answer = await service.AskAsync(HttpMethod.Post, $"/api/v1/shipments?check={(check ? "true" : "false")}", content, environment.Stop).ConfigureAwait(false);
                var shape = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(environment.Stop).ConfigureAwait(false), WebJson.Default.ShipmentShape)!;
                return await TellAsync(arguments, environment, path, shape, "").ConfigureAwait(false);
            }
            catch (ServiceFault fault) when (check && fault.ExitCode is ExitCode.Unreachable or ExitCode.Refused)
            {
                var alone = new ShipmentReport(list.Rows.Count, 0, 0, list.Rows.Sum(row => row.Keys.Count), false, [.. list.Findings.Take(ShipmentReport.MostFindings)])
                {
                    Further = Math.Max(0, list.Findings.Count - ShipmentReport.MostFindings),
                };
                return await TellAsync(arguments, environment, path, FieldShapes.Of(alone), $"checked by itself only, not against the box's book: {fault.Message}").ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    internal static Task<int> ExpectAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var id])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator meter expect LDN [--eui HEX] [--serial TEXT] [--mbus ID] [--place TEXT] [--phase L1] [--profile NAME]");
        }

        var shape = new ExpectShape(arguments["eui"], arguments["serial"], arguments["mbus"], arguments["place"], arguments["phase"], arguments["profile"]);
        return await ChangeAsync(service, environment, arguments, HttpMethod.Put, $"{PathOf(id)}/expected", JsonSerializer.Serialize(shape, WebJson.Default.ExpectShape)).ConfigureAwait(false);
    });

    internal static Task<int> ExchangeAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var old, var successor])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator meter exchange OLD NEW [--at TIME]");
        }

        var at = arguments["at"] is not { } text ? (DateTime?)null
            : DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) ? time
            : throw new ServiceFault(ExitCode.Usage, $"--at wants a time such as 2026-11-24T08:00:00Z, not {text}");
        var shape = new ExchangeShape(successor.ToUpperInvariant(), at);
        return await ChangeAsync(service, environment, arguments, HttpMethod.Post, $"{PathOf(old)}/exchange", JsonSerializer.Serialize(shape, WebJson.Default.ExchangeShape)).ConfigureAwait(false);
    });

    internal static Task<int> RetireAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var id])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator meter retire METER");
        }

        return await ChangeAsync(service, environment, arguments, HttpMethod.Post, $"{PathOf(id)}/retire", "").ConfigureAwait(false);
    });

    private static string PathOf(string id) => $"/api/v1/meters/{Uri.EscapeDataString(id.Trim().ToUpperInvariant())}";

    private static async Task<int> ChangeAsync(ServiceClient service, CliEnvironment environment, Arguments arguments, HttpMethod method, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await service.AskAsync(method, path, content, environment.Stop).ConfigureAwait(false);
        var json = await answer.Content.ReadAsStringAsync(environment.Stop).ConfigureAwait(false);
        var life = JsonSerializer.Deserialize(json, WebJson.Default.MeterLifeShape)!;
        await environment.Output.WriteLineAsync(arguments.Has("json") ? json : Line(life)).ConfigureAwait(false);
        foreach (var value in arguments.Has("json") ? [] : life.Final)
        {
            await environment.Output.WriteLineAsync($"  final {value.Column,-28} {value.Value,16}e{value.Scaler,-3} {value.Unit,-6} {value.At}  ledger {value.Seq}, seal {(value.ChainHash.Length > 16 ? value.ChainHash[..16] : "none")}").ConfigureAwait(false);
        }

        return ExitCode.Ok;
    }

    /// <summary>A meter's life in one line.</summary>
    internal static string Line(MeterLifeShape life) => string.Join("  ", new[]
    {
        $"{life.Meter,-22} {life.Stage,-9}", life.Place, life.Phase, life.Eui is null ? null : $"EUI {life.Eui}", life.Serial is null ? null : $"serial {life.Serial}", life.Mbus, life.Profile,
        life.Successor is null ? null : $"then {life.Successor}", life.Predecessor is null ? null : $"after {life.Predecessor}",
    }.Where(part => !string.IsNullOrEmpty(part)));

    private static async Task<int> TellAsync(Arguments arguments, CliEnvironment environment, string path, ShipmentShape report, string note)
    {
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(JsonSerializer.Serialize(report, WebJson.Default.ShipmentShape)).ConfigureAwait(false);
        }
        else
        {
            foreach (var finding in report.Findings)
            {
                await environment.Errors.WriteLineAsync($"{path}:{finding.Line}: {(finding.IsFault ? "" : "note: ")}{(finding.Column.Length > 0 ? $"{finding.Column}: " : "")}{finding.Sentence}").ConfigureAwait(false);
            }

            if (report.Further > 0)
            {
                await environment.Errors.WriteLineAsync($"{path}: {report.Further} findings more").ConfigureAwait(false);
            }

            await environment.Output.WriteLineAsync(
                report.Faults > 0 ? $"{report.Faults} faults; nothing is imported"
                : report.Imported ? $"{report.Rows} meters, {report.Added} of them new, {report.Keys} keys: imported"
                : $"{report.Rows} meters, {report.Keys} keys: the list holds; nothing was changed").ConfigureAwait(false);
        }

        if (note.Length > 0)
        {
            await environment.Errors.WriteLineAsync($"note: {note}").ConfigureAwait(false);
        }

        return report.Faults > 0 ? ExitCode.Failed : ExitCode.Ok;
    }
}
