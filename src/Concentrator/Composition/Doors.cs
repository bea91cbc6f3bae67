using Concentrator.Board;
using Concentrator.Web;
using Metering.Orders.Authorization;

namespace Concentrator.Composition;

/// <summary>Opens the web interface and tells systemd that the service is ready.</summary>
internal sealed class Doors : IAsyncDisposable
{
    private readonly WebHost _web;
    private readonly SdNotify _notify;
    private readonly Stopping _telling = new();

    private Doors(WebHost web, SdNotify notify) => (_web, _notify) = (web, notify);

    internal static async Task<IAsyncDisposable> OpenAsync(ApplianceParts parts, SdNotify notify, CancellationToken stop)
    {
        var operators = parts.Settings.Roles.GetValueOrDefault("operator", []).ToHashSet(StringComparer.Ordinal);
        var options = new WebOptions(parts.Settings.HttpListen, parts.Settings.SocketPath, operators)
        {
            MayAudit = user => IsOne(user, Role.Auditor, Role.SecurityOfficer), MayBackUp = user => IsOne(user, Role.SecurityOfficer), Backup = parts.Backup, Images = parts.Images,
        };
        bool IsOne(string user, params Role[] roles) => user == "root" || OrderRoom.RolesOf(parts.Settings, user).Overlaps(roles);
        var web = new WebHost(options, parts.Status, parts.Meters, parts.Archive, parts.Events, parts.Orders, parts.Keys, parts.Frames, parts.Upstreams, parts.Field, parts.Door, parts.Audit, null);
        await web.StartAsync(stop).ConfigureAwait(false);
        var doors = new Doors(web, notify);
        notify.Tell("READY=1");
        doors._telling.Start(token => notify.RunAsync(() => parts.Status.Snapshot().Verdict, token));
        return doors;
    }

    public async ValueTask DisposeAsync()
    {
        _notify.Tell("STOPPING=1");
        await _telling.StopAsync().ConfigureAwait(false);
        _telling.Dispose();
        await _web.DisposeAsync().ConfigureAwait(false);
    }
}
