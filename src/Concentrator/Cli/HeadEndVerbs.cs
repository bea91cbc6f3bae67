using System.Text.Json;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Verbs about head-ends.</summary>
internal static class HeadEndVerbs
{
    internal static Task<int> TestAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var name = arguments.Words is [var given] ? given : "main";
        var passed = true;
        await foreach (var line in service.LinesAsync(HttpMethod.Post, $"/api/v1/upstreams/{Uri.EscapeDataString(name)}/test", environment.Stop).ConfigureAwait(false))
        {
            var step = JsonSerializer.Deserialize(line, WebJson.Default.UpstreamTestStep)!;
            passed &= step.Passed;
            await environment.Output.WriteLineAsync($"{(step.Passed ? "ok    " : "failed")} {step.Step,-14} {step.Milliseconds,8:0.0} ms  {step.Sentence}").ConfigureAwait(false);
        }

        return passed ? ExitCode.Ok : ExitCode.Unreachable;
    });

    internal static Task<int> StatusAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var status = JsonSerializer.Deserialize(await ServiceVerbs.TextAsync(service, "/api/v1/status", environment.Stop).ConfigureAwait(false), WebJson.Default.StatusShape)!;
        foreach (var upstream in status.Upstreams)
        {
            await environment.Output.WriteLineAsync(arguments.Has("json") ? JsonSerializer.Serialize(upstream, WebJson.Default.UpstreamShape) : Line(upstream)).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    internal static Task<int> DeadLettersAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var path = $"/api/v1/upstreams/{Uri.EscapeDataString(arguments.Words is [var given] ? given : "main")}/dead-letters";
        if (arguments.Has("resend"))
        {
            using var answer = await service.AskAsync(HttpMethod.Post, path + "/resend", null, environment.Stop).ConfigureAwait(false);
            var again = JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(environment.Stop).ConfigureAwait(false), WebJson.Default.ResendShape)!;
            await environment.Errors.WriteLineAsync($"the batches of {again.Rows} refused rows are sent again").ConfigureAwait(false);
            return ExitCode.Ok;
        }

        var json = await ServiceVerbs.TextAsync(service, path, environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        foreach (var letter in JsonSerializer.Deserialize(json, WebJson.Default.IReadOnlyListDeadLetterShape)!)
        {
            await environment.Output.WriteLineAsync($"{letter.Key,-60} {letter.Reason}").ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    /// <summary>A head-end in one line.</summary>
    internal static string Line(UpstreamShape upstream) =>
        $"head-end {upstream.Name,-8} {(upstream.Connected ? "connected" : "not connected"),-14} waiting {upstream.Backlog.Values.Sum()}, batches delivered {upstream.Delivered}, sent again {upstream.Duplicates}, refused rows {upstream.DeadLetters} {upstream.Sentence}".TrimEnd();
}
