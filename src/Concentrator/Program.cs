using System.Collections;
using System.Runtime.InteropServices;
using System.Text.Json;
using Concentrator.Board;
using Concentrator.Cli;
using Concentrator.Composition;
using Concentrator.Settings;
using Concentrator.Store;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };

return await CommandLine.RunAsync(args, new CliEnvironment(
    Console.In, output, Console.Error,
    Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal),
    RunServiceAsync, () => Task.FromResult(VersionJson(Identity.Measure())), Inspect, stop.Token));

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}

static async Task<int> RunServiceAsync(BoxSettings settings, CancellationToken stopping)
{
    using var logs = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss ")).SetMinimumLevel(settings.LogLevel));
    var log = logs.CreateLogger("concentrator");
    if (!CoreDumps.Forbid())
    {
        log.CoreDumpsAllowed();
    }

    var notify = SdNotify.FromEnvironment(TimeProvider.System);
    try
    {
        await new Appliance(settings, Identity.Measure(), logs, TimeProvider.System).RunAsync((parts, token) => Doors.OpenAsync(parts, notify, token), stopping);
        return ExitCode.Ok;
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        return ExitCode.Ok;
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or Metering.Ledger.StorageFaultException)
    {
        log.Ended(e.Message);
        return ExitCode.Failed;
    }
}

static string VersionJson(Identity identity) =>
    $"{{\"version\":\"{identity.Version}\",\"metrology\":\"{identity.Metrology}\",\"executable\":\"{identity.Executable}\",\"runtime\":{JsonEncodedText.Encode(RuntimeInformation.FrameworkDescription).ToString() switch { var text => $"\"{text}\"" }}}}";

static LedgerReport Inspect(string state)
{
    var found = LedgerInspection.Of(Path.Combine(state, "ledger"));
    var counts = string.Join(", ", found.Records.Select(entry => $"{entry.Value} {entry.Key}"));
    return new LedgerReport(
        [
            $"sequences {found.First} to {found.Last}, {found.Octets} octets sealed",
            counts,
            .. found.Segments.Select(entry => $"{entry.Key}: {entry.Value} segments, final hash {found.FinalHash.GetValueOrDefault(entry.Key, "none")}"),
            $"{found.Unsealed} segments end in octets that a kill left behind",
        ],
        $"{{\"first\":{found.First},\"last\":{found.Last},\"octets\":{found.Octets},\"records\":{{{string.Join(',', found.Records.Select(entry => $"\"{entry.Key}\":{entry.Value}"))}}},\"finalHash\":{{{string.Join(',', found.FinalHash.Select(entry => $"\"{entry.Key}\":\"{entry.Value}\""))}}},\"unsealed\":{found.Unsealed},\"faults\":{found.Faults.Count}}}",
        found.Faults);
}
