using Unit.Properties.Store;

namespace Unit.Campaigns;

/// <summary>Promises R2 and R3 on the crash disk: un-synced writes are dropped, torn at 512 octets, reordered; calls fail.</summary>
public sealed class CutCampaign
{
    [Fact]
    public void Cut_the_power_at_any_moment()
    {
        using var evidence = new Evidence("R2", "cut");
        var lives = Evidence.ReleaseSize ? 1_000_000 : 10_000;
        evidence.Note("powerCuts", lives);
        evidence.Note("firstSeed", LedgerCrashTests.Seed);
        evidence.Note("acknowledgedFoundAgain", LedgerCrashTests.RunSeeds((lives + 2) / 3, failures: false)); // three lives a seed, each ends in a cut; one record missing throws
        evidence.Held();
    }

    [Fact]
    public void Io_calls_fail_and_the_power_goes_later()
    {
        using var evidence = new Evidence("R3", "io");
        var lives = Evidence.ReleaseSize ? 100_000 : 3_000;
        evidence.Note("lives", lives);
        evidence.Note("acknowledgedFoundAgain", LedgerCrashTests.RunSeeds(lives / 3, failures: true)); // one record missing throws
        evidence.Held();
    }
}
