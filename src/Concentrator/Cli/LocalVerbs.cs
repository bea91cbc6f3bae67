using System.Text.Json;
using Concentrator.Cli.Frames;
using Concentrator.Security;
using Concentrator.Settings;
using Metering.Keys;

namespace Concentrator.Cli;

/// <summary>Verbs that need no running service.</summary>
internal static class LocalVerbs
{
    internal static async Task<int> FrameDecodeAsync(Arguments arguments, CliEnvironment environment)
    {
        var protocol = arguments["protocol"] ?? "auto";
        if (protocol is not ("wmbus" or "mbus" or "dlms" or "usi" or "auto"))
        {
            await environment.Errors.WriteLineAsync($"--protocol {protocol}: known are wmbus, mbus, dlms, usi, auto").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        IKeyRing? keys = null;
        if (arguments["keys"] is { } path)
        {
            if (!File.Exists(path))
            {
                await environment.Errors.WriteLineAsync($"{path} is not there").ConfigureAwait(false);
                return ExitCode.NotFound;
            }

            var outcome = KeysFile.Read(path);
            foreach (var fault in outcome.Faults)
            {
                await environment.Errors.WriteLineAsync(fault).ConfigureAwait(false);
            }

            keys = new FixedKeys(outcome.Keys);
        }

        return FrameDecodeCommand.Run(new FrameDecodeOptions(protocol, keys, arguments.Has("jsonl"), arguments.Words), environment.Input, environment.Output, environment.Errors);
    }

    internal static async Task<int> ConfigCheckAsync(Arguments arguments, CliEnvironment environment)
    {
        var outcome = Load(arguments, environment);
        foreach (var fault in outcome.Faults)
        {
            await environment.Errors.WriteLineAsync(fault.ToString()).ConfigureAwait(false);
        }

        if (outcome.Settings is not null)
        {
            await environment.Output.WriteLineAsync($"configuration is valid ({string.Join(", ", outcome.Files)})").ConfigureAwait(false);
        }

        return outcome.Settings is null ? ExitCode.ConfigurationInvalid : ExitCode.Ok;
    }

    internal static async Task<int> ConfigShowAsync(Arguments arguments, CliEnvironment environment)
    {
        var outcome = Load(arguments, environment);
        foreach (var (path, value) in EffectiveValues.Of(outcome.Tree))
        {
            await environment.Output.WriteLineAsync($"{path} = {EffectiveValues.Text(value)}   # {value.Place}").ConfigureAwait(false);
        }

        foreach (var key in KeyTable.Keys.Where(key => key.Default is not null && !key.Path.Contains('*', StringComparison.Ordinal) && !key.Path.Contains("[]", StringComparison.Ordinal)))
        {
            if (!IsSet(outcome.Tree, key.Path.Split('.')))
            {
                await environment.Output.WriteLineAsync($"{key.Path} = {key.Default}   # default").ConfigureAwait(false);
            }
        }

        return outcome.Settings is null ? ExitCode.ConfigurationInvalid : ExitCode.Ok;
    }

    internal static async Task<int> ConfigSchemaAsync(Arguments arguments, CliEnvironment environment)
    {
        await environment.Output.WriteLineAsync(ConfigSchema.Write()).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    internal static async Task<int> LedgerVerifyAsync(Arguments arguments, CliEnvironment environment)
    {
        try
        {
            var report = environment.InspectLedger(StateOf(arguments, environment));
            foreach (var fault in report.Faults)
            {
                await environment.Errors.WriteLineAsync($"integrity fault: {fault}").ConfigureAwait(false);
            }

            await environment.Output.WriteLineAsync(report.Faults.Count == 0 ? "the ledger is whole: " + report.Lines[0] : $"{report.Faults.Count} integrity faults").ConfigureAwait(false);
            return report.Faults.Count == 0 ? ExitCode.Ok : ExitCode.IntegrityFault;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {e.Message}").ConfigureAwait(false);
            return ExitCode.NotFound;
        }
    }

    internal static async Task<int> LedgerStatAsync(Arguments arguments, CliEnvironment environment)
    {
        try
        {
            var report = environment.InspectLedger(StateOf(arguments, environment));
            await environment.Output.WriteLineAsync(arguments.Has("json") ? report.Json : string.Join('\n', report.Lines)).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {e.Message}").ConfigureAwait(false);
            return ExitCode.NotFound;
        }
    }

    internal static async Task<int> CompletionAsync(Arguments arguments, CliEnvironment environment)
    {
        var script = arguments.Words is [var shell] ? Completion.For(shell) : null;
        if (script is null)
        {
            await environment.Errors.WriteLineAsync("concentrator completion bash|zsh|fish").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        await environment.Output.WriteLineAsync(script).ConfigureAwait(false);
        return ExitCode.Ok;
    }

    internal static async Task<int> VersionAsync(Arguments arguments, CliEnvironment environment)
    {
        var json = await environment.VersionJson().ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        using var document = JsonDocument.Parse(json);
        foreach (var fact in document.RootElement.EnumerateObject())
        {
            await environment.Output.WriteLineAsync($"{fact.Name,-12} {fact.Value}").ConfigureAwait(false);
        }

        return ExitCode.Ok;
    }

    internal static SettingsOutcome Load(Arguments arguments, CliEnvironment environment) =>
        SettingsLoader.Load(arguments["config"], arguments["state"], arguments["socket"], environment.Variables);

    private static string StateOf(Arguments arguments, CliEnvironment environment) => arguments["state"] ?? Load(arguments, environment).Settings?.StateDirectory ?? SettingsLoader.DefaultState;

    private static bool IsSet(TomlNode node, ReadOnlySpan<string> path) =>
        path.IsEmpty || (node is TomlNode.Table table && table.Items.TryGetValue(path[0], out var inner) && IsSet(inner, path[1..]));

    /// <summary>The keys of a file, for as long as a verb runs.</summary>
    private sealed class FixedKeys(IReadOnlyDictionary<KeyName, byte[]> keys) : IKeyRing
    {
        public long Version => 0;

        public int Find(in KeyName name, Span<byte> destination)
        {
            if (!keys.TryGetValue(name, out var key) && !keys.TryGetValue(name with { KeyId = 0 }, out key))
            {
                return 0;
            }

            key.CopyTo(destination);
            return key.Length;
        }
    }
}
