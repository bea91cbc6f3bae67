using Unit.Plan;

namespace Unit.Live;

/// <summary>A stick and a cable at their worst: rubbish, flipped bits, doubled frames, wrong answers, pulled out and plugged in again.</summary>
public sealed class RoughLineTests
{
    [Fact]
    public async Task Rubbish_and_flipped_bits_cost_only_what_they_hit_and_a_stick_that_was_pulled_out_is_taken_up_again()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.Shipped, scenario: Path.Combine(Sources.Root, "tests", "Simulation", "Scenarios", "rough.toml"));
        using (var service = street.StartService())
        {
            await Street.WaitAsync(() => street.Consumer.Keys().Length > 10, "nothing was heard on the rough line");
            await Street.WaitAsync(() => !File.Exists(Path.Combine(street.Directory, "im871a")), "the stick was never pulled out");
            await Street.WaitAsync(() => street.Tool("status", "--json").Output.Contains("No meter can be heard by radio0", StringComparison.Ordinal), "nobody was told that the stick is away");
            await Street.WaitAsync(() => File.Exists(Path.Combine(street.Directory, "im871a")), "the stick never came back");
            var before = street.Consumer.Keys().Length;
            await Street.WaitAsync(() => street.Consumer.Keys().Length > before + 10, "nothing was heard after the stick came back");
            Assert.Contains("radio0", street.Log, StringComparison.Ordinal);
            await ServiceProcess.StopAsync(service);
        }

        await street.MustHaveLostNothingAsync(atLeast: 30);
    }
}
