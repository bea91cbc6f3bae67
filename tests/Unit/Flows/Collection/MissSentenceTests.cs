using Metering;
using Metering.Driver;
using Metering.Orders;
using Metering.Orders.Planner;
using Unit.Flows.G3;
using Unit.Flows.Prime;

namespace Unit.Flows.Collection;

/// <summary>The sentence of a meter that is missed, as <c>meter show</c> prints it: out of what the real drivers say of its node and of its orders.</summary>
public class MissSentenceTests
{
    private const string Eui = "404022010203";
    private static readonly DateTime Night = new(2026, 11, 23, 0, 5, 0, DateTimeKind.Utc);

    [Fact]
    public async Task A_missing_key_of_a_G3_node_is_said_once()
    {
        await using var bench = new MeshBench();
        var device = bench.Device(1, hasKey: false);
        await bench.UpAsync();
        bench.Modem.AskToJoin(device);
        await bench.UntilAsync(() => bench.Node(device)?.State == NodeState.Refused, "it is refused");
        Assert.StartsWith("key missing: no PSK of 16 octets is known for 0011220000000001", Once("key missing", SentenceOf(bench.Node(device)!)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_unique_key_of_a_PRIME_node_is_said_once()
    {
        await using var bench = new PrimeBench { Options = new("plc0", "/dev/plc") { SecurityProfile = 1 } };
        bench.Expected.With("ZIV0012345678", Eui);
        await bench.UpAsync();
        bench.Modem.Happens(6, Eui);
        Assert.True(await bench.UntilAsync(() => bench.Node(Eui)?.State == NodeState.Refused));
        Assert.StartsWith("key missing: turned away", Once("key missing", SentenceOf(bench.Node(Eui)!)), StringComparison.Ordinal);
        var step = await bench.Read("ZIV0012345678");
        Once("key missing", SentenceOf(step)); // where an order came just before its network told of it
    }

    [Theory]
    [InlineData("key missing: no PSK of 16 octets is known", "key missing: no PSK of 16 octets is known")]
    [InlineData("Key missing", "key missing")]
    [InlineData("", "key missing")]
    [InlineData("none is known", "key missing: none is known")]
    public void A_detail_in_the_words_of_the_reason_is_said_once(string detail, string sentence) => Assert.Equal(sentence, MissText.Of(MissReason.KeyMissing, detail));

    /// <summary>As its network tells of a node.</summary>
    private static string SentenceOf(NetworkNode node)
    {
        var planner = Planner();
        planner.Expect(node.Meter, Night);
        planner.Explain(node.Meter, node.Why, Night, node.Sentence);
        return planner.MissOf(node.Meter)!;
    }

    /// <summary>As an order ended.</summary>
    private static string SentenceOf(OrderStep step)
    {
        var (planner, meter) = (Planner(), MeterId.Parse("ZIV0012345678"));
        planner.Reach(meter, "plc0", 1, Night);
        planner.Ended(planner.Next(Night)!, [new ReadOutcome(false, step.Why, step.Sentence)], Night);
        return planner.MissOf(meter)!;
    }

    private static CollectionPlanner Planner() => new([new("daily-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), null)], new PlannerPolicy(), TimeZoneInfo.Utc);

    private static string Once(string words, string sentence)
    {
        Assert.Equal(2, sentence.Split(words).Length);
        return sentence;
    }
}
