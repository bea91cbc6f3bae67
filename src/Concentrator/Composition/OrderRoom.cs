using Concentrator.Orders;
using Concentrator.Ports;
using Concentrator.Security.Issued;
using Concentrator.Security.Sealed;
using Concentrator.Settings;
using Metering;
using Metering.Ledger;
using Metering.Orders.Authorization;

namespace Concentrator.Composition;

/// <summary>The orders' room, put together: the book first, since the ledger fills it; then the door; last what carries orders out.</summary>
internal sealed class OrderRoom : IDisposable
{
    private readonly ITimeSource _time;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly BoxOrders _box;
    private readonly OrderDoor _door;
    private readonly KeyOpening _opening;
    private IMeterLife? _lives;
    private IReadOnlyList<IUpstream> _upstreams = [];

    internal OrderRoom(BoxSettings settings, ILedger ledger, ITimeSource time, TimeProvider clock, Issuers issuers, IOwnership owners, Func<MeterId, bool> isKnown, Func<BoxKey> key, ILogger log, IImageStore images)
    {
        (_time, _clock, _log) = (time, clock, log);
        Book = new OrderBook(ledger, time, clock);
        _opening = new KeyOpening(settings.Id, key);
        Images = new ImageDesk(Book, images, user => RolesOf(settings, user), ledger, time, clock);
        _box = new BoxOrders(Book, new BoxDoors(Resend, ExpectAsync, RetireAsync));
        var policy = new AuthorityPolicy { SuppliesAnHour = settings.Orders.SuppliesAnHour, NeedApproval = settings.Orders.NeedApproval.ToHashSet(StringComparer.Ordinal) };
        _door = new OrderDoor(new OrderDoorParts(Book, issuers, policy, user => RolesOf(settings, user), isKnown, owners, ledger, time, clock, log) { Opening = _opening, Images = Images }, _box);
    }

    internal OrderBook Book { get; }

    internal IOrderDoor Door => _door;

    internal ImageDesk Images { get; }

    /// <summary>Verbs that are carried out here.</summary>
    internal static IReadOnlyList<string> Verbs { get; } = [.. OrderVerbs.All.Where(verb => verb.Kind is null || OrderArguments.Known.Contains(verb.Name)).Select(verb => verb.Name)];

    /// <summary>Carries out orders until stopped.</summary>
    internal Task RunAsync(IOrderDesk desk, IMeterReach reach, IMeterLife lives, IReadOnlyList<IUpstream> upstreams, CancellationToken stop)
    {
        (_lives, _upstreams) = (lives, upstreams);
        var runner = new OrderRunner(Book, _box, desk, _time, _clock, _log, _opening, Images);
        reach.Follow(change =>
        {
            if (change.IsReached)
            {
                runner.Reached(change.Meter);
            }
        });
        return runner.RunAsync(stop);
    }

    public void Dispose() => _door.Dispose();

    /// <summary>What a Unix user is here; root is everything but the auditor, who orders nothing.</summary>
    internal static IReadOnlySet<Role> RolesOf(BoxSettings settings, string user)
    {
        var roles = new HashSet<Role> { Role.Viewer };
        foreach (var (name, role) in RoleNames.All)
        {
            if (settings.Roles.GetValueOrDefault(name, []).Contains(user) || (user == "root" && role != Role.Auditor))
            {
                roles.Add(role);
            }
        }

        return roles;
    }

    private bool Resend(string door, ulong first, ulong last) =>
        (_upstreams.FirstOrDefault(upstream => upstream.View.Name == door) ?? (door == "local" && _upstreams.Count == 1 ? _upstreams[0] : null)) is { } upstream && upstream.SendAgain(first, last);

    private async ValueTask<string?> ExpectAsync(MeterId meter, string who, CancellationToken stop) =>
        (await _lives!.ExpectAsync(new MeterFacts(meter, null, null, default, null, null, null), who, stop).ConfigureAwait(false)).Refusal;

    private async ValueTask<string?> RetireAsync(MeterId meter, string who, CancellationToken stop) => (await _lives!.RetireAsync(meter, who, stop).ConfigureAwait(false)).Refusal;
}
