using System.Security.Cryptography;
using System.Text.Json;
using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>Images for meters, brought from a file.</summary>
internal static class ImageVerbs
{
    internal static Task<int> PutAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var path])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator image put FILE [--json]");
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var octets = file.Length;
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, environment.Stop).ConfigureAwait(false));
            file.Position = 0;
            using var content = new StreamContent(file);
            content.Headers.ContentLength = octets;
            using var answer = await service.AskAsync(HttpMethod.Put, $"/api/v1/images/{sha256}", content, environment.Stop).ConfigureAwait(false);
            var json = await answer.Content.ReadAsStringAsync(environment.Stop).ConfigureAwait(false);
            await environment.Output.WriteLineAsync(arguments.Has("json") ? json : $"{{\"imageSha256\":\"{sha256}\",\"imageOctets\":{octets}}}").ConfigureAwait(false);
            await environment.Errors.WriteLineAsync($"{path}: {octets} octets are here and have that hash; an order to bring firmware names them so").ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceFault(e is FileNotFoundException or DirectoryNotFoundException ? ExitCode.NotFound : ExitCode.Failed, $"the image was not brought: {e.Message}");
        }
    });

    internal static Task<int> ListAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        var json = await ServiceVerbs.TextAsync(service, "/api/v1/images", environment.Stop).ConfigureAwait(false);
        if (arguments.Has("json"))
        {
            await environment.Output.WriteLineAsync(json).ConfigureAwait(false);
            return ExitCode.Ok;
        }

        foreach (var image in JsonSerializer.Deserialize(json, WebJson.Default.IReadOnlyListImageShape)!)
        {
            var state = image.Complete ? "complete" : image.WrongHashes > 0 ? $"{image.Received} are here; what came before had another hash" : $"{image.Received} are here";
            await environment.Output.WriteLineAsync($"{image.Sha256}  {image.Octets,9} octets  {state}  {string.Join(", ", image.Orders)}".TrimEnd()).ConfigureAwait(false);
        }

        return ExitCode.Ok;
    });

    internal static Task<int> DropAsync(Arguments arguments, CliEnvironment environment) => ServiceVerbs.WithAsync(arguments, environment, async service =>
    {
        if (arguments.Words is not [var sha256])
        {
            throw new ServiceFault(ExitCode.Usage, "concentrator image drop SHA256");
        }

        using var answer = await service.AskAsync(HttpMethod.Delete, $"/api/v1/images/{Uri.EscapeDataString(sha256)}", null, environment.Stop).ConfigureAwait(false);
        await environment.Errors.WriteLineAsync($"image {sha256} is dropped").ConfigureAwait(false);
        return ExitCode.Ok;
    });
}
