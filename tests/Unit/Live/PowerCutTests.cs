namespace Unit.Live;

/// <summary>Cuts at the worst moments, by the builds that know these moments: what was written and not synced is gone with the process.</summary>
public sealed class PowerCutTests
{
    [Fact]
    public async Task Power_cuts_aimed_at_the_worst_moments_lose_nothing_acknowledged()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.WithFaultPoints);
        string[] points =
        [
            "after-write:1", "after-write:2", "after-write:5", "after-sync:1", "after-sync:4", "after-puback:1", "after-puback:3", "view-rebuild:1", "view-rebuild:4",
        ];
        foreach (var point in points)
        {
            if (point.StartsWith("view", StringComparison.Ordinal))
            {
                Directory.Delete(Path.Combine(street.State, "view"), recursive: true);
            }

            using var service = street.StartService(killAt: point);
            await Street.WaitAsync(() => service.HasExited, $"{point} was never reached");
            Assert.Equal(128 + 9, service.ExitCode);
        }

        await street.MustHaveLostNothingAsync(atLeast: 5);
    }

    [Fact]
    public async Task The_same_cuts_are_noticed_when_a_build_acknowledges_before_the_sync()
    {
        await using var street = await Street.OpenAsync(ServiceProcess.AcknowledgingTooEarly);
        foreach (var point in (string[])["after-puback:2", "after-puback:3", "after-puback:4"])
        {
            using var service = street.StartService(killAt: point);
            await Street.WaitAsync(() => service.HasExited, $"{point} was never reached");
        }

        using var last = street.StartService();
        Assert.NotEmpty(await street.GivenAndNotHeldAsync());
    }
}
