using System.Globalization;
using System.Text.Json;
using Metering.Orders;
using Simulation.Plc.Medium;
using Substation;
using Substation.Orders;
using Substation.Street;

var options = new Dictionary<string, string>();
for (var i = 1; i + 1 < args.Length; i += 2)
{
    options[args[i].TrimStart('-')] = args[i + 1];
}

var network = options.GetValueOrDefault("network", "prime");
var line = PowerLinePlan.ByName[options.GetValueOrDefault("shape", "measured")] with
{
    Nodes = int.Parse(options.GetValueOrDefault("meters", "50"), CultureInfo.InvariantCulture), Phy = network == "g3" ? PlcPhy.G3Dbpsk : PlcPhy.PrimeDbpsk,
};
line = options.TryGetValue("loss", out var loss) ? line with { Loss = double.Parse(loss, CultureInfo.InvariantCulture) } : line;
line = options.TryGetValue("contention", out var window) ? line with { ContentionWindow = int.Parse(window, CultureInfo.InvariantCulture) } : line;
line = options.TryGetValue("joining", out var newcomers) ? line with { Newcomers = int.Parse(newcomers, CultureInfo.InvariantCulture) } : line;
var plan = new StreetPlan(network, line, int.Parse(options.GetValueOrDefault("seed", "1"), CultureInfo.InvariantCulture)) { MetersAtOnce = int.Parse(options.GetValueOrDefault("at-once", "0"), CultureInfo.InvariantCulture), Arbitrates = options.GetValueOrDefault("arbitrate", "yes") == "yes", HasStreetKey = options.GetValueOrDefault("broadcast", "yes") == "yes", Drift = args is ["month", ..] ? 4 : 0 };
if (args is ["job", ..] && line.Newcomers > 0)
{
    var joining = new JoiningRun(plan, options.GetValueOrDefault("read", "load-profile"));
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(joining.RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["job", ..])
{
    var job = new JobRun(plan, options.GetValueOrDefault("read", "load-profile"));
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(job.RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["on-demand", ..])
{
    var demand = new OnDemandRun(plan, int.Parse(options.GetValueOrDefault("reads", "60"), CultureInfo.InvariantCulture));
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(demand.RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["through", ..])
{
    var through = new ThroughRun(plan, int.Parse(options.GetValueOrDefault("visits", "30"), CultureInfo.InvariantCulture));
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(through.RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["image", ..])
{
    int Number(string name, int otherwise) => int.Parse(options.GetValueOrDefault(name, otherwise.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
    var image = new ImageRun(plan, Number("octets", 20_000), Number("away", 0), Number("cut", 0));
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(image.RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["urgent", ..])
{
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(new UrgentRun(plan).RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["kill" or "prove", var medium, ..])
{
    var names = args.Length > 2 ? args[2] : "";
    var report = await Task.Run(() => args[0] == "kill" ? OrderReport.RunAsync(names, order => new KillRun(medium, order).RunAsync()) : OrderReport.RunAsync(names, order => new ProofRun(medium, order).RunAsync())).ConfigureAwait(false);
    Console.WriteLine(JsonSerializer.Serialize(report));
    return;
}

if (args is ["refuse", var at])
{
    using var refusals = new RefusalRun(at);
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(refusals.RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["life", ..])
{
    var (kind, seed) = (options.GetValueOrDefault("kind", "wander"), plan.Seed);
    Console.WriteLine(kind is "faulty" or "good"
        ? JsonSerializer.Serialize(await Task.Run(new FaultyRun(network, seed, kind == "faulty").RunAsync).ConfigureAwait(false))
        : JsonSerializer.Serialize(await Task.Run(new LifeRun(LifeRun.PlanOf(network, kind, plan.Line.Nodes, seed), kind).RunAsync).ConfigureAwait(false)));
    return;
}

if (args is ["silence", ..])
{
    var silence = new SilenceRun(plan, options.GetValueOrDefault("chase", "yes") == "yes", int.Parse(options.GetValueOrDefault("days", "60"), CultureInfo.InvariantCulture));
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(silence.RunAsync).ConfigureAwait(false)));
    return;
}

var midnight = new DateTime(2026, args is ["month", ..] ? 12 : 11, args is ["month", ..] ? 1 : 23, 0, 0, 0, DateTimeKind.Utc);
var isBad = args is ["feeder", ..];
var run = new DayRun(plan, options.GetValueOrDefault("chase", "yes") == "yes")
{
    Midnight = midnight, GivesOrders = args is ["month", ..],
    Hours = options.TryGetValue("hours", out var hours) ? [.. hours.Split(',').Select(hour => double.Parse(hour, CultureInfo.InvariantCulture))] : [8, 12, 24],
    Cuts = isBad ? [midnight.AddHours(0.5), midnight.AddHours(6.2), midnight.AddHours(14)] : [],
    WanOutages = isBad ? [(midnight.AddHours(1), midnight.AddHours(5)), (midnight.AddHours(10), midnight.AddHours(15))] : [],
    Tasks = args is ["month", ..]
        ? [new("billing-profile", TimeSpan.FromDays(1), TimeSpan.FromHours(1), TimeSpan.FromHours(12)) { Class = WorkClass.Billing }, new(ClockOrder.What, TimeSpan.FromDays(1), TimeSpan.FromHours(2), null)] : [],
};
Console.WriteLine(JsonSerializer.Serialize(await Task.Run(run.RunAsync).ConfigureAwait(false)));
