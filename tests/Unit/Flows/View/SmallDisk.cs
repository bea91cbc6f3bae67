using System.Diagnostics;

namespace Unit.Flows.View;

/// <summary>A disk of a few megabytes (tmpfs), so that full means full. Only root can mount one: the test is skipped elsewhere.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static async Task<SmallDisk> MountAsync(string below, int octets)
    {
        var path = Directory.CreateDirectory(System.IO.Path.Combine(below, "small-disk")).FullName;
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", $"size={octets}", "tmpfs", path), "a tmpfs cannot be mounted here: needs root");
        return new SmallDisk(path);
    }

    public async Task GrowAsync(int octets) => Assert.True(await RunAsync("mount", "-o", $"remount,size={octets}", Path));

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", Path);

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
