using System.Globalization;
using System.Text.Json;
using Simulation.Plc.Medium;
using Substation;
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
var plan = new StreetPlan(network, line, int.Parse(options.GetValueOrDefault("seed", "1"), CultureInfo.InvariantCulture));
if (args is ["job", ..])
{
    var job = new JobRun(plan, options.GetValueOrDefault("read", "load-profile"));
    Console.WriteLine(JsonSerializer.Serialize(await Task.Run(job.RunAsync).ConfigureAwait(false)));
    return;
}

var run = new DayRun(plan, options.GetValueOrDefault("chase", "yes") == "yes");
var report = await Task.Run(run.RunAsync).ConfigureAwait(false);
Console.WriteLine(JsonSerializer.Serialize(report));
