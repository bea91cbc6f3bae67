using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Verbs that give orders, and look at them.</summary>
internal static class OrderBookVerbs
{
    private const string SubmitUsage = "concentrator order submit VERB [METER...] [--args JSON] [--from FILE] [--id ID] [--not-before TIME] [--expires TIME] [--wait] [--json]";

    internal static Task<int> SubmitAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words.Count == 0)
        {
            throw new ServiceFault(ExitCode.Usage, SubmitUsage);
        }

        var (verb, meters) = (arguments.Words[0], arguments.Words.Skip(1));
        var order = new JsonObject { ["args"] = await ArgsAsync(arguments, environment).ConfigureAwait(false), ["meters"] = new JsonArray([.. meters.Select(meter => (JsonNode)meter)]) };
        foreach (var (option, member) in new[] { ("id", "orderId"), ("not-before", "notBefore"), ("expires", "expiresAt") })
        {
            if (arguments[option] is { } value)
            {
                order[member] = value;
            }
        }

        return await GiveAsync(service, verb, order, arguments, environment).ConfigureAwait(false);
    });

    internal static Task<int> CancelAsync(Arguments arguments, CliEnvironment environment) => AboutAsync("cancel", arguments, environment);

    internal static Task<int> ApproveAsync(Arguments arguments, CliEnvironment environment) => AboutAsync("approve", arguments, environment);

    internal static Task<int> ListAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var json = await ServiceVerbs.TextAsync(service, $"/api/v1/orders?limit={arguments["limit"] ?? "100"}", environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        foreach (var order in JsonSerializer.Deserialize(json, WebJson.Default.IReadOnlyListOrderShape)!)
        {
            await environment.Output.WriteLineAsync($"{order.TakenAt:yyyy-MM-dd HH:mm:ss}  {order.Id,-38} {order.Verb,-12} {order.State,-10} {order.Done,4}/{order.Of,-4} {order.Issuer,-24} {order.Sentence}".TrimEnd()).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    internal static Task<int> ShowAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var id])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator order show ID [--json]");
        }

        var json = await ServiceVerbs.TextAsync(service, $"/api/v1/orders/{Uri.EscapeDataString(id)}", environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        var order = JsonSerializer.Deserialize(json, WebJson.Default.OrderShape)!;
        await environment.Output.WriteLineAsync($"{order.Verb} of {order.Issuer}, taken {order.TakenAt:yyyy-MM-dd HH:mm:ss}, valid to {order.ExpiresAt:yyyy-MM-dd HH:mm:ss}: {order.State}, {order.Done} of {order.Of} through. {order.Sentence}".TrimEnd()).ConfigureAwait(false);
        foreach (var meter in order.Meters ?? [])
        {
            var change = meter.Before is null && meter.After is null ? "" : $"{meter.Before ?? "?"} -> {meter.After ?? "?"}; ";
            await environment.Output.WriteLineAsync($"  {meter.Meter,-22} {meter.State,-10} {meter.At:HH:mm:ss}  {change}{meter.Sentence}".TrimEnd()).ConfigureAwait(false);
        }

        return CodeOf(order.State);
    });

    private static Task<int> AboutAsync(string verb, Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, service => arguments.Words is [var id]
        ? GiveAsync(service, verb, new JsonObject { ["args"] = new JsonObject { ["orderId"] = id } }, arguments, environment)
        : throw new ServiceFault(ExitCode.Usage, $"concentrator order {verb} ID"));

    private static async Task<int> GiveAsync(ServiceClient service, string verb, JsonObject order, Arguments arguments, CliEnvironment environment)
    {
        using var content = new StringContent(order.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await service.AskAsync(HttpMethod.Post, $"/api/v1/orders/{Uri.EscapeDataString(verb)}", content, environment.Stop).ConfigureAwait(false);
        var json = await answer.Content.ReadAsStringAsync(environment.Stop).ConfigureAwait(false);
        var receipt = JsonSerializer.Deserialize(json, WebJson.Default.OrderReceiptShape)!;
        if (!arguments.Has("wait"))
        {
            await environment.Output.WriteLineAsync(arguments.Has("json") ? json : receipt.OrderId).ConfigureAwait(false);
            await environment.Errors.WriteLineAsync($"{receipt.State}{(receipt.Duplicate ? " (it was here already)" : "")}{(receipt.Sentence.Length > 0 ? ": " : "")}{receipt.Sentence}").ConfigureAwait(false);
            return ExitCode.Ok;
        }

        while (true)
        {
            var now = await ServiceVerbs.TextAsync(service, $"/api/v1/orders/{Uri.EscapeDataString(receipt.OrderId)}", environment.Stop).ConfigureAwait(false);
            if (JsonSerializer.Deserialize(now, WebJson.Default.OrderShape)! is { State: not ("accepted" or "running") })
            {
                return await ShowAsync(arguments with { Words = [receipt.OrderId] }, environment).ConfigureAwait(false);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, environment.Stop).ConfigureAwait(false);
        }
    }

    private static async Task<JsonNode> ArgsAsync(Arguments arguments, CliEnvironment environment)
    {
        try
        {
            var text = arguments["from"] is { } file ? await File.ReadAllTextAsync(file, environment.Stop).ConfigureAwait(false) : arguments["args"] ?? "{}";
            return JsonNode.Parse(text) as JsonObject ?? throw new ServiceFault(ExitCode.Usage, "the arguments of an order are a JSON object");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ServiceFault(ExitCode.Usage, $"the arguments of the order cannot be read: {e.Message}");
        }
    }

    private static int CodeOf(string state) => state switch { "done" or "accepted" or "running" => ExitCode.Ok, "partial" => ExitCode.Partial, "refused" => ExitCode.Refused, _ => ExitCode.Failed };
}
