using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Concentrator.Orders;
using Concentrator.Ports;
using Concentrator.Security.Issued;
using Concentrator.Security.Sealed;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Metering.Orders.Authorization;
using Metering.Orders.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Orders;

/// <summary>The orders' room over a ledger in memory, with meters that count what reaches them.</summary>
internal sealed class OrderBench : IDisposable, IOrderDesk, IOwnership
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orders").FullName;
    private readonly HashSet<string> _expected = [];
    private CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private OrderDoor? _door;

    internal OrderBench(AuthorityPolicy? policy = null, string[]? mayOrder = null)
    {
        File.WriteAllText(Path.Combine(_folder, "hes-1.pem"), Key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(Path.Combine(_folder, "hes-2.pem"), Second.ExportSubjectPublicKeyInfoPem());
        (Policy, MayOrder) = (policy ?? new AuthorityPolicy(), mayOrder ?? ["*"]);
        Open();
    }

    internal static DateTimeOffset Start { get; } = SignedOrder.Start;

    internal FakeTimeProvider Clock { get; } = new(Start);

    internal ListLedger Ledger { get; } = new();

    internal ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal ECDsa Second { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>What secrets for the box are sealed to.</summary>
    internal BoxKey BoxKey { get; set; } = BoxKey.Make();

    internal AuthorityPolicy Policy { get; }

    internal string[] MayOrder { get; }

    /// <summary>What reached a meter: kind and meter.</summary>
    internal List<(OrderKind Kind, string Meter)> Reached { get; } = [];

    /// <summary>How a meter answers.</summary>
    internal Func<MeterOrder, CancellationToken, Task<OrderStep>> Meter { get; set; } = (_, _) => Task.FromResult(new OrderStep(OrderState.Done, "done", null, default));

    /// <summary>Meters of other boxes.</summary>
    internal Dictionary<string, string> Elsewhere { get; } = [];

    internal Dictionary<string, HashSet<Role>> Users { get; } = new() { ["alice"] = [Role.Operator], ["bob"] = [Role.Operator], ["tom"] = [Role.Technician], ["sue"] = [Role.SecurityOfficer], ["ann"] = [Role.Auditor] };

    internal List<string> Box { get; } = [];

    internal OrderBook Book { get; private set; } = null!;

    internal OrderDoor Door => _door!;

    internal OrderRunner Runner { get; private set; } = null!;

    internal IReadOnlyList<OrderMoved> News => [.. Ledger.Records.Where(record => record.Type == RecordType.OrderNews).Select(record => OrderMoved.ParseNews(record.Payload))];

    internal int Audited => Ledger.Records.Count(record => record.Type == RecordType.Audit);

    /// <summary>Another key stands in the file of hes-1.</summary>
    internal void Trust(ECDsa key) => File.WriteAllText(Path.Combine(_folder, "hes-1.pem"), key.ExportSubjectPublicKeyInfoPem());

    /// <summary>Begins to carry out what stands in the book.</summary>
    internal void Run()
    {
        _stop = new CancellationTokenSource();
        Runner = new OrderRunner(Book, Orders(), this, new FakeTime(Clock), Clock, NullLogger.Instance, Opening());
        _running = Runner.RunAsync(_stop.Token);
    }

    /// <summary>The process is gone, and another one reads the books.</summary>
    internal async Task KillAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _door!.Dispose();
        Open();
        foreach (var record in Ledger.All().Where(record => record.Type == RecordType.Order))
        {
            Book.Replay(record);
        }
    }

    internal Task<OrderReceipt> GiveAsync(string verb, string body, bool retained = false) =>
        Door.TakeAsync(new OrderEnvelope("main", verb, retained, null, default), System.Text.Encoding.UTF8.GetBytes(body), CancellationToken.None).AsTask();

    internal Task<OrderReceipt> SubmitAsync(string user, string verb, string body) => Door.SubmitAsync(user, verb, System.Text.Encoding.UTF8.GetBytes(body), CancellationToken.None).AsTask();

    /// <summary>Waits until an order stands so.</summary>
    internal async Task<OrderView> UntilAsync(string id, OrderState state)
    {
        Assert.True(await Clock.AdvanceUntilAsync(() => Door.Find(id)?.State == state, TimeSpan.FromSeconds(1)), $"{id} is to be {state}: {Door.Find(id)}");
        return Door.Find(id)!;
    }

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, [EnumeratorCancellation] CancellationToken stop)
    {
        lock (Reached)
        {
            Reached.Add((order.Kind, order.Meter.Text));
        }

        yield return await Meter(order, stop);
    }

    bool IOwnership.IsOwnedElsewhere(MeterId meter, out string box)
    {
        box = Elsewhere.GetValueOrDefault(meter.Text, "dc-0001");
        return box != "dc-0001";
    }

    public void Dispose()
    {
        _stop.Cancel();
        _door!.Dispose();
        _stop.Dispose();
        Key.Dispose();
        Second.Dispose();
        BoxKey.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private BoxOrders Orders() => new(Book, new BoxDoors(
        (door, first, last) =>
        {
            Box.Add($"resend {door} {first} {last}");
            return door == "main";
        },
        (meter, _, _) =>
        {
            Box.Add($"expect {meter}");
            return ValueTask.FromResult(_expected.Add(meter.Text) ? null : "it is expected already");
        },
        (meter, _, _) =>
        {
            Box.Add($"retire {meter}");
            return ValueTask.FromResult<string?>(null);
        }));

    private KeyOpening Opening() => new("dc-0001", () => BoxKey);

    private void Open()
    {
        var time = new FakeTime(Clock);
        Book = new OrderBook(Ledger, time, Clock);
        var issuers = new Issuers([new Issuer("hes-1", Path.Combine(_folder, "hes-1.pem"), MayOrder), new Issuer("hes-2", Path.Combine(_folder, "hes-2.pem"), ["*"])]);
        _door = new OrderDoor(
            new OrderDoorParts(Book, issuers, Policy, user => Users.GetValueOrDefault(user, [Role.Viewer]), meter => meter.Text[..3] is "LGZ" or "SIM", this, Ledger, time, Clock, NullLogger.Instance) { Opening = Opening() },
            Orders());
    }
}
