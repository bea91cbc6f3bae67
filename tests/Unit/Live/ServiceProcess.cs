using System.Diagnostics;
using System.Globalization;
using System.Text;
using Unit.Plan;

namespace Unit.Live;

/// <summary>A service binary over one configuration and one state directory: it lives as often as a test wants, and its tool verbs are typed.</summary>
internal sealed class ServiceProcess(string binary, string configuration, string state) : IDisposable
{
    private static readonly string[] SlowSyncs = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:delay_enter=300000"];
    private readonly List<int> _lives = [];
    private readonly StringBuilder _log = new();

    /// <summary>The binaries that ship: as the build makes it, and as it is published.</summary>
    internal static string Shipped => Path.Combine(Sources.Root, "artifacts", "bin", "Concentrator", "release", "concentrator");

    /// <inheritdoc cref="Shipped"/>
    internal static string Native => Path.Combine(Sources.Root, "artifacts", "publish", "linux-x64", "concentrator");

    /// <summary>The published one, where it was made after the build: an older one is of another source.</summary>
    internal static string Newest => File.Exists(Native) && File.GetLastWriteTimeUtc(Native) >= File.GetLastWriteTimeUtc(Shipped + ".dll") ? Native : Shipped;

    /// <summary>The fault builds of build.sh.</summary>
    internal static string WithFaultPoints => Path.Combine(Sources.Root, "artifacts", "faults", "bin", "Concentrator", "release", "concentrator");

    /// <inheritdoc cref="WithFaultPoints"/>
    internal static string AcknowledgingTooEarly => Path.Combine(Sources.Root, "artifacts", "faults", "early", "bin", "Concentrator", "release", "concentrator");

    /// <summary>Its state directory.</summary>
    internal string State => state;

    /// <summary>Everything that all its lives and tools said so far; tools only what they complained of.</summary>
    internal string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>A test that needs a binary is left out where it was not built.</summary>
    internal static void MustBeThere(string binary) => Assert.SkipUnless(File.Exists(binary), $"{binary} is not there: ./build.sh test makes it");

    /// <summary>One life of the service.</summary>
    /// <param name="delayed">Under strace, which makes every sync take 300 ms as an SD card does.</param>
    /// <param name="killAt">Fault builds: the point at which it is killed, and that kills are power cuts.</param>
    internal Process Start(bool delayed = false, string? killAt = null)
    {
        string[] command = [.. delayed ? SlowSyncs : [], binary, "run", "--config", configuration, "--state", state];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (killAt is not null)
        {
            start.Environment["CONCENTRATOR_KILL_AT"] = killAt;
            start.Environment["CONCENTRATOR_SYNC_MS"] = "300";
        }

        var process = Process.Start(start)!;
        _lives.Add(process.Id);
        process.OutputDataReceived += Note;
        process.ErrorDataReceived += Note;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>kill -9, of the service itself where strace stands before it.</summary>
    internal static async Task KillAsync(Process service)
    {
        Kill(service.Id);
        await service.WaitForExitAsync();
    }

    /// <summary>Asks a process to end, as systemd does.</summary>
    internal static async Task StopAsync(Process process)
    {
        Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        await process.WaitForExitAsync();
    }

    /// <summary>A tool verb; its exit code, and its standard output. Where it fails also what it complains of.</summary>
    internal (int Code, string Output) Tool(params string[] arguments) => ToolWith("", arguments);

    /// <summary>A tool verb that is given something on standard input.</summary>
    internal (int Code, string Output) ToolWith(string input, params string[] arguments)
    {
        var (code, data, complaints) = Type(input, arguments);
        return (code, code == 0 ? data : data + complaints);
    }

    /// <summary>A tool verb: its exit code, what it gave, and what it complained of.</summary>
    internal (int Code, string Data, string Complaints) Type(string input, params string[] arguments)
    {
        using var tool = Process.Start(
            new ProcessStartInfo(binary, [.. arguments, "--state", state]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        tool.StandardInput.Write(input);
        tool.StandardInput.Close();
        var errors = tool.StandardError.ReadToEndAsync();
        var output = tool.StandardOutput.ReadToEnd();
        tool.WaitForExit();
        var complaints = errors.GetAwaiter().GetResult();
        lock (_log)
        {
            _log.Append(complaints);
        }

        return (tool.ExitCode, output, complaints);
    }

    /// <summary>No life of it is left.</summary>
    public void Dispose() => _lives.Where(IsMine).ToList().ForEach(Kill);

    /// <summary>The process is there still, and is a life of this box: the system gives numbers again.</summary>
    private bool IsMine(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Contains(configuration, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The children first: who only kills strace leaves what it watches running.</summary>
    private static void Kill(int id)
    {
        var number = id.ToString(CultureInfo.InvariantCulture);
        Process.Start("pkill", ["-KILL", "-P", number]).WaitForExit();
        Process.Start(new ProcessStartInfo("kill", ["-KILL", number]) { RedirectStandardError = true })!.WaitForExit(); // it may have ended with them
    }

    private void Note(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            _log.AppendLine(line.Data);
        }
    }
}
