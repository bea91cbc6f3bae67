using Concentrator.Settings;

namespace Concentrator.Cli;

/// <summary>What the command line gets from outside.</summary>
/// <param name="Run">Runs the service with checked settings; gives the exit code.</param>
internal sealed record CliEnvironment(
    TextReader Input, TextWriter Output, TextWriter Errors, IReadOnlyDictionary<string, string> Variables, Func<BoxSettings, CancellationToken, Task<int>> Run,
    Func<Task<string>> VersionJson, Func<string, LedgerReport> InspectLedger, CancellationToken Stop);

/// <summary>What an inspection of the ledger found, for <c>ledger verify</c> and <c>ledger stat</c>.</summary>
/// <param name="Lines">For people.</param>
/// <param name="Json">For programs.</param>
/// <param name="Faults">What cannot be read although it was sealed.</param>
internal sealed record LedgerReport(IReadOnlyList<string> Lines, string Json, IReadOnlyList<string> Faults);
