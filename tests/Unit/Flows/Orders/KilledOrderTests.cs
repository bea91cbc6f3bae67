using System.Text.Json;

namespace Unit.Flows.Orders;

/// <summary>
/// The box dies at every moment of an order's life, for every kind of order: nothing is done twice, nothing is forgotten, what nobody knows is read back, and the head-end hears one end that holds.
/// </summary>
public class KilledOrderTests
{
    private static readonly string[] ChangingKeys = ["keys", "secret", "broadcast key", "mbus key"];
    private static readonly string[] Moments = ["Never", "Taken", "Begun", "Answered", "Written", "Told", "Kept", "Changed", "Sent"];

    public static TheoryData<string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var moment in Moments)
            {
                foreach (var order in WantedEffects.Cases.Where(order => Has(order, moment)))
                {
                    rows.Add("serial", order, moment);
                }

                foreach (var (medium, order) in from medium in (string[])["prime", "g3"] from order in OverPowerLine where Has(order, moment) select (medium, order))
                {
                    rows.Add(medium, order, moment);
                }
            }

            return rows;
        }
    }

    private static readonly string[] OverPowerLine = ["disconnect", "calendar now", .. ChangingKeys];

    /// <summary>What only reads changes nothing; at each frame those die that a meter could be lost by.</summary>
    private static bool Has(string order, string moment) => moment switch { "Changed" => !order.StartsWith("read", StringComparison.Ordinal), "Sent" => ChangingKeys.Contains(order), _ => true } && (order != "cancelled" || moment is not ("Begun" or "Answered" or "Changed"));

    [Requirement("F3", "F4")]
    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Nothing_is_done_twice_and_nothing_is_forgotten(string medium, string order, string moment)
    {
        var lives = (await LivesAsync(medium, order)).Where(life => life.Text("At").Split(' ')[0] == moment).ToArray();
        Assert.NotEmpty(lives);
        Assert.All(lives, life => Holds(order, life));
    }

    public static TheoryData<string, string> Rotations => [.. from medium in OrderRuns.Media from order in ChangingKeys select (medium, order)];

    [Theory]
    [MemberData(nameof(Rotations))]
    public async Task A_meter_whose_keys_change_is_read_on_under_one_set_of_them_which_stands_nowhere_in_clear(string medium, string order)
    {
        var lives = await LivesAsync(medium, order);
        Assert.InRange(lives.Count(life => life.Text("At").StartsWith("Sent", StringComparison.Ordinal)), 8, 60);
        Assert.InRange(lives.Count(life => life.Text("At").StartsWith("Kept", StringComparison.Ordinal)), 8, 60);
        Assert.All(lives, life =>
        {
            var keys = life.GetProperty("Keys");
            var say = $"{life.Text("At")}: {keys.GetRawText()}";
            Assert.True(keys.Text("Read") == "done", "the box has lost the meter: " + say);
            Assert.True(Number(keys, "Refused") <= 2 && Number(keys, "RefusedLater") == 0, "the meter was tried with keys it does not have: " + say);
            Assert.True(Number(keys, "Uses") > 10 && Number(keys, "Again") == 0, "a counter came twice under one key: " + say);
            Assert.True(keys.Texts("Found").Length == 0, say);
            Assert.True(Number(keys, "Kept") > 0, "what is kept was not looked through: " + say);
        });
    }

    private static int Number(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    /// <summary>What holds of an order, whenever its box died.</summary>
    private static void Holds(string order, JsonElement life)
    {
        var (at, state, effect, told, sentence) = (life.Text("At"), life.Text("State"), life.Text("Effect"), life.Texts("Told"), life.Text("Sentence"));
        string[] before = life.Texts("Before"), after = life.Texts("After");
        var say = $"{at}: {state}, \"{sentence}\"; the meter has {effect}; told {string.Join(' ', told)}; did {string.Join(", ", before)} | {string.Join(", ", after)}";
        Assert.True(told.Length > 0 && told[^1] == state, "the head-end was told another end: " + say);
        Assert.True(life.Texts("Results") is [.., var last] && last == life.Text("Meter"), "the head-end was told another result of the meter: " + say);
        Assert.True(told.SkipWhile(word => word is "accepted" or "running" or "unknown").Distinct().Count() <= 1, "an end that was told did not hold: " + say);
        var isDone = effect == WantedEffects.Of(order);
        if (order == "cancelled")
        {
            Assert.True(state == "cancelled" && !isDone && before.Concat(after).All(one => one == Substation.Orders.Deeds.Look), "cancelled, and carried out all the same: " + say);
            return;
        }

        if (WantedEffects.Once.TryGetValue(order, out var deed))
        {
            var times = before.Concat(after).Count(one => one == deed);
            Assert.True(times <= 1, "done twice: " + say);
            Assert.True(times == 1 || at is not ("Never" or "Taken" or "Answered" or "Written" or "Told"), "forgotten: " + say);
        }

        if (order is "disconnect" or "reconnect" or "approved" && before.Contains(WantedEffects.Once[order]))
        {
            Assert.DoesNotContain(WantedEffects.Once[order], after);
            Assert.True(at is "Never" or "Written" or "Told" || at.StartsWith("Kept", StringComparison.Ordinal) || after.Contains(Substation.Orders.Deeds.Look), "nobody looked what became of it: " + say);
        }

        var mayBeOpen = order is "execute" or "valve" or "mbus key" && at is not ("Never" or "Taken" or "Written" or "Told"); // nothing tells: it stays for a person
        Assert.True(state == "done" ? isDone : mayBeOpen ? state == "unknown" : state is "failed" or "partial" && !isDone, "told otherwise than it is: " + say);
        Assert.True(isDone || mayBeOpen || WantedEffects.NeverSent(order, [.. before, .. after]), "not done, though nothing kept the box from it: " + say);
        if (order is "read registers" or "read profile" or "read breaker")
        {
            Assert.True(state == "done" && life.GetProperty("Values").GetInt32() > 0, "its values never came: " + say);
        }
    }

    private static async Task<IReadOnlyList<JsonElement>> LivesAsync(string medium, string order) =>
        [.. (await (medium == "serial" ? OrderRuns.OfAsync(order, "kill", medium) : OrderRuns.OfAsync(order, "kill", medium, string.Join(',', OverPowerLine)))).EnumerateArray()];
}
