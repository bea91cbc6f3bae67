using System.Diagnostics;
using System.Globalization;
using Simulation.Dlms;
using Substation.Orders;
using Unit.Flows.Orders;
using Unit.Live;

namespace Unit.Campaigns;

/// <summary>
/// Real kill -9 of the shipped binary while it carries out an order of each kind at once, half of its lives with every sync delayed: nothing is done twice, nothing is forgotten, what nobody knows is
/// read back, and the head-end hears one end that is the meter's own. The moments are drawn from a seed that is printed.
/// </summary>
public sealed class OrdersKillCampaign(ITestOutputHelper output)
{
    private const int MostApdus = 250; // about what all of them take
    private static readonly int Rounds = Evidence.ReleaseSize ? 300 : 1, Kills = Evidence.ReleaseSize ? 6 : 3;

    /// <summary>
    /// Left out: what is planned for a time of the fixed calendar of virtual time, and the clock, which a box with one source of time touches at no meter. Loads and token gateways are those of the
    /// profile that ships.
    /// </summary>
    private static readonly OrderCase[] Cases =
    [
        .. OrderCases.All.Where(one => one.Then is null && one.Name is not ("read profile" or "calendar later" or "firmware later" or "clock" or "load-switch" or "token")),
        OrderCases.Of("load-switch") with { Arguments = (_, _) => """{"name":"1","on":false}""" },
        OrderCases.Of("token") with { Arguments = (meter, box) => """{"gateway":"0-0:19.40.0*255",""" + OrderCases.Of("token").Arguments(meter, box)[1..] },
    ];

    [Requirement("E6", "F4")]
    [Fact]
    public async Task An_order_of_each_kind_comes_to_the_end_that_its_meter_shows_however_often_the_service_is_killed()
    {
        using var evidence = new Evidence("R1", "orders-kill");
        var binary = ServiceProcess.Newest;
        var first = Random.Shared.Next(1_000_000);
        output.WriteLine($"first seed {first}, {binary}");
        evidence.Note("binary", Path.GetRelativePath(Plan.Sources.Root, binary));
        evidence.Note("firstSeed", first);
        evidence.Note("kills", Rounds * Kills);
        evidence.Note("orders", Rounds * Cases.Length);
        var ends = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var end in await RoundAsync(binary, first + round))
            {
                ends[end] = ends.GetValueOrDefault(end) + 1;
            }
        }

        evidence.Note("ends", ends);
        output.WriteLine(string.Join(", ", ends.Select(end => $"{end.Key} {end.Value}")));
        evidence.Held();
    }

    /// <summary>One box with fresh meters, one order for each of them, and lives that end somewhere in the middle; how each order ended.</summary>
    private async Task<IReadOnlyList<string>> RoundAsync(string binary, int seed)
    {
        var random = new Random(seed);
        var (slow, began) = (random.Next(2), Stopwatch.GetTimestamp());
        await using var box = await OrderedBox.OpenAsync(binary, Cases.Length);
        var orders = Cases.Zip(box.Meters, (one, meter) => (Case: one, Meter: meter, Id: $"o{meter.Plan.Number}")).ToList();
        for (var kill = 0; kill < Kills; kill++)
        {
            var giving = Task.CompletedTask;
            using var service = box.Service.Start(delayed: (kill + slow) % 2 == 1); // half of the lives
            if (kill == 0)
            {
                await Street.WaitAsync(() => box.Key is not null, () => "the box never told its key" + box.Service.Log);
                Say("tells its key");
                await box.GiveAsync("expected", "meters", $"{{\"expect\":[{string.Join(',', box.Meters.Select(meter => $"\"{meter.Name}\""))}]}}");
                await Street.WaitAsync(() => box.Told("expected").Contains("done") && box.Meters.All(meter => meter.Asked > 0), () => "the meters were never spoken to: " + box.All("expected") + box.Service.Log);
                await box.GiveAsync("first", "read", """{"what":"0-0:42.0.0*255"}""", [.. box.Meters]); // keys that have served are not spared after two lives that were cut short
                await Street.WaitAsync(() => box.Told("first").Contains("done"), () => "the meters cannot be read: " + box.All("first") + box.Service.Log);
                Say("asks everybody");
                orders.ForEach(order => order.Case.Before(order.Meter));
                await Task.Delay(2 * OrderedBox.RelayTakes);
                orders.ForEach(order => order.Meter.Advance());
                giving = GiveAllAsync();
            }

            if (kill > 0 && random.Next(4) == 0)
            {
                await Task.Delay(random.Next(800)); // while it starts
            }
            else
            {
                await SpeaksAsync(random.Next(MostApdus)); // whatever the machine's speed, somewhere between taking the first order and ending the last one
            }

            await ServiceProcess.KillAsync(service);
            await giving;
            Say($"killed, {orders.Count(order => HasEnded(order.Id, order.Case))} of {orders.Count} orders through");
        }

        using (var last = box.Service.Start())
        {
            await Street.WaitAsync(AllEnded, () => $"seed {seed}: no end of {string.Join("; ", orders.Where(order => !HasEnded(order.Id, order.Case)).Select(order => $"{order.Case.Name}: {box.All(order.Id)}"))}{box.Service.Log}");
            foreach (var (_, meter, id) in orders.Where(order => order.Case.ChangesKeys))
            {
                await box.GiveAsync(id + "-after", "read", """{"what":"1-0:1.8.0*255"}""", meter);
            }

            await Street.WaitAsync(() => orders.Where(order => order.Case.ChangesKeys).All(order => HasEnded(order.Id + "-after", order.Case)), () => "a meter is not read on under its keys" + box.Service.Log);
            await Task.Delay(500); // who would do something twice does it now
            await ServiceProcess.StopAsync(last);
            Assert.Equal(0, last.ExitCode);
        }

        Say($"through, {orders.MaxBy(order => box.EndedAt(order.Id)).Case.Name} as the last one");
        var (code, said) = box.Service.Tool("ledger", "verify");
        Assert.True(code == 0, said);
        box.Consumer.MustAllFitTheirSchemas();
        return [.. orders.Select(order => Judge(box, order.Case, order.Meter, order.Id, seed))];

        async Task GiveAllAsync()
        {
            foreach (var (one, meter, id) in orders)
            {
                await box.GiveAsync(id, one.Verb, one.Arguments(meter, box.Key!), meter);
            }
        }

        // The meters are asked so often from here on, or nothing is left to be asked.
        async Task SpeaksAsync(int apdus)
        {
            for (var (least, since) = (box.Asked + apdus, Stopwatch.GetTimestamp()); box.Asked < least && !AllEnded() && Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(4);)
            {
                await Task.Delay(5);
            }

            await Task.Delay(random.Next(40));
        }

        void Say(string what) => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s: {what}"));

        bool AllEnded() => orders.All(order => HasEnded(order.Id, order.Case));

        bool HasEnded(string id, OrderCase order) => box.Told(id).Any(state => IsEnd(state) && (state != "unknown" || MayStayOpen(order))) && box.Told(id, "result").Length > 0;
    }

    /// <summary>What the meter shows is what the head-end was told.</summary>
    private static string Judge(OrderedBox box, OrderCase order, DlmsMeter meter, string id, int seed)
    {
        meter.Advance();
        var (told, deeds, effect) = (box.Told(id).Where(IsEnd).Distinct().ToArray(), box.Deeds[meter].All, order.State(meter));
        var say = string.Create(CultureInfo.InvariantCulture, $"seed {seed}, {order.Name}: told {box.All(id)}; the meter has {effect} and did {string.Join(", ", deeds)}");
        var wanted = order.Name == "load-switch" ? "0 1 1" : WantedEffects.Of(order.Name);
        Assert.True(told.Where(one => one != "unknown").Distinct().Count() <= 1, "an end that was told did not hold: " + say);
        var end = told.LastOrDefault(one => one != "unknown") ?? "unknown";
        Assert.True(MayStayOpen(order) || end != "unknown", "nobody found out what became of it: " + say);
        Assert.True(box.Told(id, "result").Contains(end), "the result of the meter is another one: " + say);
        Assert.True(end == "unknown" || (end == "done") == (effect == wanted), "told otherwise than it is: " + say);
        Assert.True(end == "done" || MayStayOpen(order) || WantedEffects.NeverSent(order.Name, [.. deeds]), "not done, though nothing kept the box from it: " + say);
        Assert.True(!WantedEffects.Once.TryGetValue(order.Name, out var deed) || deeds.Count(one => one == deed) <= 1, "done twice: " + say);
        Assert.True(meter.Keys.Repeated == 0 && meter.Keys.Refused <= 2, $"{meter.Keys.Repeated} counters came twice, {meter.Keys.Refused} times under other keys: " + say);
        Assert.True(!order.Name.StartsWith("read registers", StringComparison.Ordinal) || box.Consumer.Readings().Any(one => one.Contains($"\"orderId\":\"{id}\"", StringComparison.Ordinal)), "its values never came: " + say);
        Assert.True(!order.ChangesKeys || box.Told(id + "-after").Contains("done"), $"the meter is lost: {box.All(id + "-after")}: " + say);
        return end;
    }

    /// <summary>Nothing tells whether it was done: it stays for a person.</summary>
    private static bool MayStayOpen(OrderCase order) => order.Name is "execute" or "valve" or "mbus key";

    private static bool IsEnd(string state) => state is not ("accepted" or "running");
}
