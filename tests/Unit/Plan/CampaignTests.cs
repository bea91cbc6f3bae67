using System.Diagnostics;
using Unit.Campaigns;

namespace Unit.Plan;

/// <summary>What an evidence file says was run can be run: `./build.sh trust` knows each campaign by the name that stands there.</summary>
public class CampaignTests
{
    private static readonly string[] Classes = [.. typeof(CampaignTests).Assembly.GetTypes().Select(type => type.FullName!).Where(name => name.StartsWith("Unit.Campaigns.", StringComparison.Ordinal) && name.EndsWith("Campaign", StringComparison.Ordinal)).Order()];

    [Fact]
    public void Every_campaign_is_run_by_the_name_that_its_evidence_tells()
    {
        var known = Trust("--list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToDictionary(part => part[1], part => part[0]);
        Assert.Equal(Classes, known.Keys.Order());
        Assert.All(known, one => Assert.Equal(one.Value, Evidence.NameOf(one.Key.Split('.')[^1] + ".cs")));
        var files = Directory.GetFiles(Path.Combine(Sources.Root, "tests", "Unit"), "*.cs", SearchOption.AllDirectories).Where(file => File.ReadAllText(file).Contains("new Evidence(\"", StringComparison.Ordinal) && Path.GetFileName(file) != "CampaignTests.cs");
        Assert.All(files, file =>
        {
            using var evidence = new Evidence("R0", "held-by-" + Evidence.NameOf(file), file) { IsWritten = false };
            Assert.Contains(evidence.Command, known.Values.Select(name => "./build.sh trust " + name));
        });
        using var family = new Evidence("R7", "fuzz-host", "FuzzCampaign.cs") { IsWritten = false };
        Assert.Equal("./build.sh trust fuzz-host", family.Command);
    }

    [Fact]
    public void A_name_that_no_campaign_has_is_told_with_those_that_there_are()
    {
        var (code, _, errors) = Trust("io");
        Assert.Equal(1, code);
        Assert.Contains("there is no campaign \"io\"; there are collection cut demand fuzz hostile kill orders-kill secrets", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Trust(string argument)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Sources.Root, "build.sh"), "trust", argument]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.GetAwaiter().GetResult());
    }
}
