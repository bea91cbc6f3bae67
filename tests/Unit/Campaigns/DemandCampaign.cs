using System.Globalization;
using System.Text.Json;
using Unit.Live;

namespace Unit.Campaigns;

/// <summary>
/// Promise C2 on virtual time, and what it rests on: who goes first on a medium, and images that are told to a whole street at once. The product's drivers, planner, collection and book of orders
/// over the simulator's modems and power lines.
/// </summary>
public sealed class DemandCampaign
{
    private static readonly int Seeds = Evidence.ReleaseSize ? 5 : 1;
    private static readonly string Meters = Evidence.ReleaseSize ? "1000" : "200", Reads = Evidence.ReleaseSize ? "180" : "45";

    [Requirement("F1")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task A_value_that_somebody_waits_for_comes_within_seconds_while_the_day_is_collected_and_an_image_told(string network)
    {
        using var evidence = new Evidence("C2", "demand-" + network);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var demand = await AskAsync(network, seed);
            evidence.Note($"seed {seed}", demand);
            var (before, after) = (Pair(demand, "Collected"), Pair(demand, "Blocks"));
            Assert.True(before.Second > before.First && after.Second > after.First, "nothing else was done meanwhile: " + demand.GetRawText());
            Assert.Equal(int.Parse(Reads, CultureInfo.InvariantCulture), demand.GetProperty("Asked").GetInt32());
            Assert.True(Holds(demand), $"{network} seed {seed}: {demand.GetRawText()}");
        }

        evidence.Held();
    }

    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task Without_arbitration_it_does_not(string network)
    {
        var demand = await AskAsync(network, 1, "--arbitrate", "no");
        Assert.False(Holds(demand), "the campaign above could not fail: " + demand.GetRawText());
    }

    [Theory]
    [InlineData("prime", 90)]
    [InlineData("g3", 180)]
    public async Task A_breaker_opens_when_the_answer_under_way_ends_at_a_meter_that_has_reads_waiting_takes_an_image_and_gives_ten_days_of_rows(string network, int seconds)
    {
        using var evidence = new Evidence("C2", "demand-urgent-" + network);
        var urgent = await RunAsync("urgent", network, 12, 1);
        evidence.Note("with arbitration", urgent);
        Assert.Equal(("Done", true), (urgent.GetProperty("State").GetString(), urgent.GetProperty("IsOpen").GetBoolean()));
        Assert.True(urgent.GetProperty("Seconds").GetDouble() <= seconds && urgent.GetProperty("Before").GetInt32() <= 1, urgent.GetRawText());
        Assert.Equal((0L, 1, true), (urgent.GetProperty("Again").GetInt64(), urgent.GetProperty("Initiations").GetInt32(), urgent.GetProperty("IsIntact").GetBoolean())); // nothing of what gave way was lost
        Assert.InRange(urgent.GetProperty("Rows").GetInt64(), (10 * 96) - 1, (10 * 96) + 1);
        Assert.Contains("what changes the meter waits until that is through", urgent.GetProperty("Refused").GetString(), StringComparison.Ordinal);
        var other = await RunAsync("urgent", network, 12, 1, "--arbitrate", "no");
        evidence.Note("first come first served", other);
        Assert.True(other.GetProperty("Seconds").GetDouble() > 5 * urgent.GetProperty("Seconds").GetDouble(), "arbitration makes no difference: " + other.GetRawText());
        evidence.Held();
    }

    [Theory]
    [InlineData("prime", 10)]
    [InlineData("g3", 10)]
    public async Task An_image_that_is_told_to_a_hundred_meters_at_once_takes_a_fraction_of_the_air(string network, int times)
    {
        using var evidence = new Evidence("C2", "demand-image-" + network);
        var (told, alone) = (await RunAsync("image", network, 100, 1, "--octets", "60000"), await RunAsync("image", network, 100, 1, "--octets", "60000", "--broadcast", "no"));
        evidence.Note("told to all", told);
        evidence.Note("one by one", alone);
        Assert.All([told, alone], image => Assert.Equal((100, 100, 1), (image.GetProperty("Done").GetInt32(), image.GetProperty("Intact").GetInt32(), image.GetProperty("MostInitiations").GetInt32())));
        Assert.True(told.GetProperty("AirSeconds").GetDouble() * times <= alone.GetProperty("AirSeconds").GetDouble(), $"told: {told.GetRawText()}, one by one: {alone.GetRawText()}");
        evidence.Held();
    }

    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task Meters_that_missed_what_was_told_are_brought_it_alone_and_a_box_that_loses_its_power_goes_on_where_they_stand(string network)
    {
        var image = await RunAsync("image", network, 30, 2, "--loss", "0.05", "--away", "3", "--cut", "40", "--octets", "20000");
        Assert.Equal((30, 30, 1), (image.GetProperty("Done").GetInt32(), image.GetProperty("Intact").GetInt32(), image.GetProperty("MostInitiations").GetInt32()));
        Assert.True(image.GetProperty("FewestBlocks").GetInt32() >= image.GetProperty("Blocks").GetInt32(), image.GetRawText());
    }

    [Requirement("I-G2")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task A_head_end_reads_single_meters_through_the_box_end_to_end_while_the_night_is_collected_and_nothing_of_it_is_missed(string network)
    {
        using var evidence = new Evidence("C2", "demand-through-" + network);
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var through = await RunAsync("through", network, int.Parse(Meters, CultureInfo.InvariantCulture), seed, "--shape", "measured", "--visits", Reads);
            evidence.Note($"seed {seed}", through);
            var (begun, over) = Pair(through, "Collected");
            Assert.True(over > begun + 20, "nothing was collected meanwhile: " + through.GetRawText());
            Assert.Equal(int.Parse(Reads, CultureInfo.InvariantCulture), through.GetProperty("Asked").GetInt32());
            Assert.True(through.GetProperty("Right").GetInt32() == through.GetProperty("Asked").GetInt32() && through.GetProperty("Percentile95").GetDouble() <= 90, through.GetRawText());
            Assert.True(through.GetProperty("Complete").GetDouble() >= 0.999 * through.GetProperty("Ceiling").GetDouble(), through.GetRawText());
            Assert.Equal((0L, 0), (through.GetProperty("Again").GetInt64(), through.GetProperty("Repeated").GetInt32()));
        }

        evidence.Held();
    }

    private static bool Holds(JsonElement demand) =>
        demand.GetProperty("Answered").GetDouble() >= 95 && demand.GetProperty("Median").GetDouble() <= 30 && demand.GetProperty("Percentile95").GetDouble() <= 90;

    private static (int First, int Second) Pair(JsonElement demand, string name) => (demand.GetProperty(name)[0].GetInt32(), demand.GetProperty(name)[1].GetInt32());

    private static Task<JsonElement> AskAsync(string network, int seed, params string[] more) =>
        RunAsync("on-demand", network, int.Parse(Meters, CultureInfo.InvariantCulture), seed, ["--shape", "measured", "--reads", Reads, .. more]);

    private static Task<JsonElement> RunAsync(string kind, string network, int meters, int seed, params string[] more) => SubstationProcess.RunAsync(
        [kind, "--network", network, "--meters", meters.ToString(CultureInfo.InvariantCulture), "--seed", seed.ToString(CultureInfo.InvariantCulture), .. more.Contains("--shape") ? Array.Empty<string>() : ["--shape", "quiet"], .. more]);
}
