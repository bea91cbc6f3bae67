using System.Diagnostics;

namespace Unit.Live;

/// <summary>Trouble at a start: each has a sentence that names what, where and what to do.</summary>
public sealed class TroubleTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("trouble").FullName;

    [Fact]
    public async Task An_unwritable_state_directory_is_named()
    {
        var (code, log) = await RunAsync("", "/proc/version/state", TimeSpan.FromSeconds(20));
        Assert.Equal(1, code);
        Assert.Contains("state directory /proc/version/state cannot be used", log, StringComparison.Ordinal);
        Assert.Contains("--state", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_a_storage_fault_and_says_what_to_check()
    {
        var state = Directory.CreateDirectory(Path.Combine(_directory, "full")).FullName;
        using (var mount = Process.Start("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", state]))
        {
            await mount.WaitForExitAsync();
            Assert.SkipUnless(mount.ExitCode == 0, "mounting a tmpfs takes root");
        }

        try
        {
            var (code, log) = await RunAsync("", state, TimeSpan.FromSeconds(20));
            Assert.Equal(1, code);
            Assert.Contains("storage fault", log, StringComparison.Ordinal);
            Assert.Contains("check the disk", log, StringComparison.Ordinal);
        }
        finally
        {
            using var unmount = Process.Start("umount", [state]);
            await unmount.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_broker_that_wants_a_client_certificate_is_told_apart()
    {
        using var broker = new Mosquitto(_directory);
        var (_, log) = await RunAsync(
            $"[upstream.main]\nurl = \"mqtts://localhost:{broker.Port}\"\nca = \"{_directory}/ca.pem\"\n", Path.Combine(_directory, "state"), TimeSpan.FromSeconds(30), until: "client certificate");
        Assert.Contains("no client certificate is configured", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_configuration_key_ends_with_7()
    {
        var (code, log) = await RunAsync("[metters]\n", Path.Combine(_directory, "state"), TimeSpan.FromSeconds(20));
        Assert.Equal(7, code);
        Assert.Contains("did you mean \"meters\"?", log, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Runs the service until it ends, says something, or the time is over.</summary>
    private async Task<(int Code, string Log)> RunAsync(string configuration, string state, TimeSpan atMost, string? until = null)
    {
        var file = Path.Combine(_directory, "concentrator.toml");
        await File.WriteAllTextAsync(file, $"id = \"dc-test\"\n{configuration}\n[http]\nlisten = \"127.0.0.1:{Mosquitto.FreePort()}\"\n");
        using var box = new ServiceProcess(ServiceProcess.Shipped, file, state);
        using var service = box.Start();
        var began = Stopwatch.GetTimestamp();
        while (!service.HasExited && Stopwatch.GetElapsedTime(began) < atMost && !(until is not null && box.Log.Contains(until, StringComparison.Ordinal)))
        {
            await Task.Delay(50);
        }

        if (!service.HasExited)
        {
            await ServiceProcess.KillAsync(service);
        }

        await service.WaitForExitAsync();
        return (service.ExitCode, box.Log);
    }
}
