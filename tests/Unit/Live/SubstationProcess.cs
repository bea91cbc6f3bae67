using System.Diagnostics;
using System.Text.Json;
using Simulation.VirtualTime;
using Unit.Plan;

namespace Unit.Live;

/// <summary>Starts the substation on virtual time, whose pool must have one thread, and gives what it reports: the JSON of its last line.</summary>
internal static class SubstationProcess
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(10);

    private static string Program => Path.Combine(Sources.Root, "artifacts", "bin", "Substation", "release", "Substation");

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="InvalidOperationException">It did not report: what it said is in the message.</exception>
    internal static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in VirtualRun.OneThread)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(Hang);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(late.Token), process.StandardError.ReadToEndAsync(late.Token));
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var last = (await output).TrimEnd().Split('\n')[^1];
        return process.ExitCode == 0 && last.StartsWith('{')
            ? JsonDocument.Parse(last).RootElement
            : throw new InvalidOperationException($"substation {string.Join(' ', arguments)} ended with {process.ExitCode}: {last} {await errors}");
    }
}
