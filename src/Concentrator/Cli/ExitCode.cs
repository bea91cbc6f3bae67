namespace Concentrator.Cli;

/// <summary>Exit codes of every verb (CONTRACTS section 2).</summary>
internal static class ExitCode
{
    internal const int Ok = 0, Failed = 1, Usage = 2, NotFound = 3, Refused = 4, Unreachable = 5, Partial = 6, ConfigurationInvalid = 7, Busy = 8, IntegrityFault = 9;
}
