using System.Diagnostics;
using Simulation.HeadEnd;

namespace Unit.Live;

/// <summary>Everybody's own tools work against the broker of a run.</summary>
public class SmallHeadEndTests
{
    [Theory]
    [InlineData("311")]
    [InlineData("5")]
    public async Task The_command_that_a_run_prints_shows_messages(string version)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/mosquitto_sub"), "mosquitto_sub is not installed; build.sh test installs it");
        await using var headEnd = await SmallHeadEnd.StartAsync(18_000 + Random.Shared.Next(1000), null);
        string[] where = ["-p", $"{headEnd.Port}", "-V", version];
        using var subscriber = Process.Start(new ProcessStartInfo("/usr/bin/mosquitto_sub", [.. where, "-t", "dc/v1/+/readings/#", "-C", "1", "-W", "60"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = subscriber.StandardOutput.ReadToEndAsync();
        while (!subscriber.HasExited)
        {
            using var publisher = Process.Start("/usr/bin/mosquitto_pub", [.. where, "-t", "dc/v1/dc-1/readings/live", "-m", "{\"batchId\":\"x\"}", "-q", "1"]);
            await publisher.WaitForExitAsync();
            Assert.Equal(0, publisher.ExitCode);
            await Task.Delay(100);
        }

        Assert.Equal("{\"batchId\":\"x\"}\n", await said);
        Assert.True(headEnd.Messages > 0);
    }
}
