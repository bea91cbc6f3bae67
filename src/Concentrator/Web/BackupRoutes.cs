using Concentrator.Ports;
using Metering.Ledger;
using static Concentrator.Web.RouteParts;

namespace Concentrator.Web;

/// <summary>POST /api/v1/backup.</summary>
public sealed record BackupShape(string Passphrase, bool Bulk);

/// <summary>The box in one file, for whoever is trusted with all its secrets. What is answered is enciphered already.</summary>
internal sealed class BackupRoutes(WebOptions options, Func<HttpContext, string?> userOf)
{
    internal void Map(WebApplication app) => app.MapPost("/api/v1/backup", BackupAsync);

    private static Task RefuseAsync(HttpContext context, int code, string sentence) => Fault(code, sentence).ExecuteAsync(context);

    private async Task NoteAsync(string user, CancellationToken stop)
    {
        try
        {
            await (options.Backup?.RefusedAsync(user, stop) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (StorageFaultException)
        {
            // The ledger says it itself; it is refused all the same.
        }
    }

    private async Task BackupAsync(HttpContext context)
    {
        if (userOf(context) is not { } user || !options.MayBackUp(user))
        {
            await NoteAsync(userOf(context) ?? "somebody on TCP", context.RequestAborted).ConfigureAwait(false);
            await RefuseAsync(context, 403, $"{userOf(context) ?? "somebody on TCP"} may not make a backup, which holds all secrets of the box: it takes the role security-officer, on the Unix socket").ConfigureAwait(false);
            return;
        }

        var shape = await BodyAsync(context, WebJson.Default.BackupShape).ConfigureAwait(false);
        if (options.Backup is not { } backup || shape?.Passphrase is not { Length: >= BackupPassphrase.Shortest and <= BackupPassphrase.Longest } passphrase)
        {
            await RefuseAsync(context, 400, $"a passphrase of {BackupPassphrase.Shortest} to {BackupPassphrase.Longest} characters is wanted").ConfigureAwait(false);
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        try
        {
            await backup.WriteAsync(user, passphrase, shape.Bulk, context.Response.Body, context.RequestAborted).ConfigureAwait(false);
        }
        catch (BackupBusyException) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, 503, "another backup is being made: ask again later").ConfigureAwait(false);
        }
        catch (StorageFaultException e) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, 500, $"no backup was made, the ledger does not write down who asked for it: {e.Message}").ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Abort(); // what was sent is known to be cut: the mark of the end is missing
        }
    }
}
