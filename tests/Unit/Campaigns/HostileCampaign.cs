using System.Text.Json;
using Unit.Live;

namespace Unit.Campaigns;

/// <summary>
/// Promise R9: meters that are hostile or broken (endless answers, garbage, silence, wrong keys, clocks years away, crowding strangers) cost the others at most 1 % of the schedule: how much later
/// the good ones of a street are complete than where there are no others, of the twelve hours from midnight until noon.
/// </summary>
public sealed class HostileCampaign(ITestOutputHelper output)
{
    private const double Schedule = 12 * 60, Most = 0.01; // minutes; of it

    private static readonly int Seeds = Evidence.ReleaseSize ? 20 : Evidence.FullSize ? 3 : 1;

    [Requirement("I-C")]
    [Theory]
    [InlineData("prime")]
    [InlineData("g3")]
    public async Task Faulty_meters_cost_the_good_ones_at_most_a_hundredth_of_the_schedule(string network)
    {
        using var evidence = new Evidence("R9", "hostile-" + network);
        var shares = new List<double>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (beside, alone) = (await CompleteAsync(network, "faulty", seed), await CompleteAsync(network, "good", seed));
            shares.Add((beside - alone) / Schedule);
            output.WriteLine($"{network}, seed {seed}: complete after {beside} min beside the faulty ones, after {alone} min without; {100 * shares[^1]:0.00} % of the schedule");
        }

        evidence.Note("seeds", Seeds);
        evidence.Note("worstShareOfTheSchedule", Math.Round(shares.Max(), 5));
        evidence.Note("yardstick", Most);
        Assert.True(shares.Max() <= Most, $"{100 * shares.Max():0.00} % of the schedule, seed {shares.IndexOf(shares.Max()) + 1}");
        evidence.Held();
    }

    /// <summary>Minutes until the good meters were complete; all of them were.</summary>
    private static async Task<double> CompleteAsync(string network, string kind, int seed)
    {
        var report = await SubstationProcess.RunAsync("life", "--network", network, "--kind", kind, "--meters", "30", "--seed", $"{seed}");
        Assert.True(Number(report, "Good") > 0 && Number(report, "Good") == Number(report, "GoodComplete"), $"{kind}, seed {seed}: {report}");
        return report.GetProperty("GoodMinutes").GetDouble();
    }

    private static long Number(JsonElement from, string name) => from.GetProperty(name).GetInt64();
}
