using System.Security.Cryptography;
using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Security.Issued;
using Concentrator.Settings;
using Metering;
using Metering.Keys;
using Simulation.Dlms;
using Simulation.Plc.Medium;
using Simulation.VirtualTime;
using Substation.Street;

namespace Substation.Orders;

/// <summary>Meters on one medium, a head-end that signs, and the box between them, which lives several lives.</summary>
internal sealed class OrderWorld : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250), Dark = TimeSpan.FromSeconds(20);
    private readonly string _folder = Directory.CreateTempSubdirectory("orders-").FullName;
    private readonly BoxParts _parts;
    private readonly TaskCompletionSource _never = new();
    private readonly int _seed;
    private BoxDisk _disk;
    private ulong _life;

    /// <param name="medium">prime, g3 or serial.</param>
    /// <param name="meters">How many there are.</param>
    internal OrderWorld(string medium, int meters = 1, int seed = 7, OrderSettings? settings = null)
    {
        (_seed, Clock) = (seed, new VirtualClock(SignedOrder.Start));
        Street = Build(medium, meters, seed, Clock);
        foreach (var meter in Street.All)
        {
            meter.Device.Add(new Panel());
            Street.Keys.Set(new KeyName(NewKeys.ChannelOf(meter), KeyPurpose.MBus), NewKeys.OfChannel);
            Deeds[meter] = new Deeds(meter);
            Deeds[meter].Changed += () => Box!.Reaches(KillMoment.Changed); // nobody tells a meter anything before there is a box
        }

        File.WriteAllText(Path.Combine(_folder, "hes-1.pem"), Key.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(Path.Combine(_folder, "hes-2.pem"), Second.ExportSubjectPublicKeyInfoPem());
        var box = new BoxSettings(
            Id, "nnap", "SIM", [], [], null, new System.Net.IPEndPoint(0, 0), [], new MeterSettings(true, TimeSpan.Zero, null), [],
            new Dictionary<string, IReadOnlyList<string>> { ["operator"] = ["alice"], ["technician"] = ["tom"] }, [], _folder, _folder) { Orders = settings ?? new OrderSettings(20, []) };
        var issuers = new Issuers([new Issuer("hes-1", Path.Combine(_folder, "hes-1.pem"), ["*"]), new Issuer("hes-2", Path.Combine(_folder, "hes-2.pem"), ["*"])]);
        (_parts, _disk) = (new BoxParts(Street, HeadEnd, Clock, box, issuers, Concentrator.Security.Sealed.BoxKey.Make(), DeviceKey.Open(_folder, null)), new BoxDisk(seed));
        Box = new OrderBox(_parts, _disk, ++_life);
    }

    /// <summary>Id of the box.</summary>
    internal const string Id = "dc-test";

    internal VirtualClock Clock { get; }

    internal IStreet Street { get; }

    internal HeadEnd HeadEnd { get; } = new();

    /// <summary>The life of now.</summary>
    internal OrderBox Box { get; private set; }

    /// <summary>What new keys are sealed to.</summary>
    internal BoxPublicKey BoxKey => _parts.Key.Public;

    /// <summary>The disk of the life of now.</summary>
    internal BoxDisk Disk => _disk;

    /// <summary>What each meter was told to do.</summary>
    internal Dictionary<DlmsMeter, Deeds> Deeds { get; } = [];

    /// <summary>The key of the head-end.</summary>
    internal ECDsa Key { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The key of somebody else who may order.</summary>
    internal ECDsa Second { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>An order of the head-end for one meter, written now.</summary>
    internal SignedOrder Order(string id, string arguments, DlmsMeter meter) => new SignedOrder(id, arguments, [meter.Name]) with { Issued = Clock.GetUtcNow(), Expires = Clock.GetUtcNow().AddHours(4) };

    /// <summary>Lets the time pass until something is so; false where it is not within the time.</summary>
    internal async Task<bool> UntilAsync(Func<bool> condition, TimeSpan within)
    {
        for (var end = Clock.GetUtcNow() + within; !condition(); await PassAsync(Look).ConfigureAwait(false))
        {
            if (Clock.GetUtcNow() >= end)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Lets some time pass.</summary>
    internal Task PassAsync(TimeSpan time) => VirtualRun.UntilAsync(Clock, _never.Task, Clock.GetUtcNow() + time);

    /// <summary>Lets the time pass until a task ends.</summary>
    internal async Task EndAsync(Task task)
    {
        await VirtualRun.UntilAsync(Clock, task, Clock.GetUtcNow() + TimeSpan.FromHours(1)).ConfigureAwait(false);
        await task.ConfigureAwait(false);
    }

    /// <summary>Lets the time pass until every meter can be asked.</summary>
    internal Task<bool> ReachedAsync() => UntilAsync(() => Street.All.All(meter => Box.Reach.Find(MeterId.Parse(meter.Name)) is not null), TimeSpan.FromHours(2));

    /// <summary>The life of now ends as the power ends it, if it has not, and another one begins with what the disk kept.</summary>
    internal async Task RestartAsync()
    {
        Box.Dispose();
        await PassAsync(Dark).ConfigureAwait(false);
        _disk = _disk.AfterPowerCut(_seed + (int)_life);
        Box = new OrderBox(_parts, _disk, ++_life);
    }

    public void Dispose()
    {
        Box.Dispose();
        Street.Dispose();
        _parts.Key.Dispose();
        _parts.Device.Dispose();
        Key.Dispose();
        Second.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static IStreet Build(string medium, int meters, int seed, VirtualClock clock)
    {
        if (medium == "serial")
        {
            return new SerialStreet(Enumerable.Range(1, meters).Select(number => OrderCases.Fitted(new DlmsMeterPlan(number, seed, HistoryDays: 1))), MeterKind.WithCustomerSide(), clock);
        }

        var line = PowerLinePlan.Quiet with { Nodes = meters, Levels = [1.0], Phy = medium == "g3" ? PlcPhy.G3Dbpsk : PlcPhy.PrimeDbpsk };
        return new PlcStreet(new StreetPlan(medium, line, seed) { Fitted = OrderCases.Fitted, Kind = MeterKind.WithCustomerSide() }, clock);
    }
}
