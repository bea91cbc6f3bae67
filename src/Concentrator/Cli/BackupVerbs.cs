using System.Text;
using System.Text.Json;
using Concentrator.Ports;
using Concentrator.Security.Backups;
using Concentrator.Settings;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>The box in one file, and out of it. A passphrase comes from standard input or a file, never from the command line, where everybody can read it.</summary>
internal static class BackupVerbs
{
    internal static Task<int> CreateAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var (file, passphrase) = await WantedAsync(arguments, environment, "create FILE [--bulk] [--passphrase-file FILE] [--json]").ConfigureAwait(false);
        if (Path.Exists(file))
        {
            throw new ServiceFault(ExitCode.Failed, $"{file} is there already: a backup is never written over another one");
        }

        var draft = file + ".new";
        try
        {
            using var content = new StringContent(JsonSerializer.Serialize(new BackupShape(passphrase, arguments.Has("bulk")), WebJson.Default.BackupShape), Encoding.UTF8, "application/json");
            using var answer = await service.AskAsync(HttpMethod.Post, "/api/v1/backup", content, environment.Stop).ConfigureAwait(false);
            await BackupFile.WriteAsync(draft, answer.Content.CopyToAsync, environment.Stop).ConfigureAwait(false);
            var manifest = StateRestore.Run(draft, passphrase, null); // a backup that nobody opened is none
            BackupFile.Publish(draft, file);
            await TellAsync(arguments, environment, manifest, file, $"{new FileInfo(file).Length} octets, opened and proved. What stands in the keys file and in the files the configuration names is not in it.").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is BackupFaultException or HttpRequestException or UnauthorizedAccessException or IOException)
        {
            throw new ServiceFault(ExitCode.Failed, $"no backup was made: {e.Message}");
        }
        finally
        {
            if (File.Exists(draft))
            {
                File.Delete(draft);
            }
        }
    });

    internal static Task<int> CheckAsync(Arguments arguments, CliEnvironment environment) => LocalAsync(arguments, environment, "check FILE [--passphrase-file FILE] [--json]", _ => null, "it opens, and all of it is proved");

    internal static Task<int> RestoreAsync(Arguments arguments, CliEnvironment environment) => LocalAsync(
        arguments, environment, "restore FILE [--state DIR] [--passphrase-file FILE] [--json]", state => state,
        "restored. At its start the box counts its installation on and takes another system title; the settings that were applied stand in settings.applied; put the keys file and the files they name back too.");

    private static async Task<int> LocalAsync(Arguments arguments, CliEnvironment environment, string usage, Func<string, string?> into, string sentence)
    {
        try
        {
            var (file, passphrase) = await WantedAsync(arguments, environment, usage).ConfigureAwait(false);
            var state = into(arguments["state"] ?? LocalVerbs.Load(arguments, environment).Settings?.StateDirectory ?? SettingsLoader.DefaultState);
            await TellAsync(arguments, environment, StateRestore.Run(file, passphrase, state), state ?? file, sentence).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (ServiceFault fault)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {fault.Message}").ConfigureAwait(false);
            return fault.ExitCode;
        }
        catch (BackupFaultException fault)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {fault.Message}").ConfigureAwait(false);
            return ExitCode.IntegrityFault;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await environment.Errors.WriteLineAsync($"concentrator: {e.Message}").ConfigureAwait(false);
            return e is FileNotFoundException or DirectoryNotFoundException ? ExitCode.NotFound : ExitCode.Failed;
        }
    }

    private static async Task<(string File, string Passphrase)> WantedAsync(Arguments arguments, CliEnvironment environment, string usage)
    {
        if (arguments.Words is not [var file])
        {
            throw new ServiceFault(ExitCode.Usage, $"concentrator backup {usage}; the passphrase comes from standard input, or from that file");
        }

        string? passphrase;
        try
        {
            passphrase = arguments["passphrase-file"] is { } path ? File.ReadLines(path).FirstOrDefault() : await environment.Input.ReadLineAsync(environment.Stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceFault(ExitCode.NotFound, $"the passphrase cannot be read: {e.Message}");
        }

        return passphrase is { Length: >= BackupPassphrase.Shortest and <= BackupPassphrase.Longest } ? (file, passphrase)
            : throw new ServiceFault(ExitCode.Usage, $"the passphrase, the first line of standard input or of --passphrase-file, has {passphrase?.Length ?? 0} characters: {BackupPassphrase.Shortest} to {BackupPassphrase.Longest} are wanted");
    }

    private static async Task TellAsync(Arguments arguments, CliEnvironment environment, BackupManifest manifest, string what, string sentence)
    {
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(JsonSerializer.Serialize(manifest, BackupJson.Default.BackupManifest)).ConfigureAwait(false);
        }

        await environment.Errors.WriteLineAsync($"{what}: backup of {manifest.Id} of {(manifest.CreatedAt is { } at ? $"{at:yyyy-MM-dd HH:mm:ss} UTC" : "an unknown time")}, {(manifest.Bulk ? "with" : "without")} readings and events; {sentence}").ConfigureAwait(false);
    }
}
