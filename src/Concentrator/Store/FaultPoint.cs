using System.Diagnostics;
#if FAULT_POINTS
using System.Globalization;
#endif
using Concentrator.Store.Files;

namespace Concentrator.Store;

/// <summary>
/// Named moments at which a test build can be killed. In the product's build the calls are not there; with <c>-p:FaultPoints=true</c>
/// the variable CONCENTRATOR_KILL_AT=name[:n] kills the process with SIGKILL when the point is reached for the n-th time, and CONCENTRATOR_SYNC_MS=n makes
/// each kill a power cut: what was written and not synced is gone, and a sync takes so long.
/// </summary>
internal static class FaultPoint
{
#if FAULT_POINTS
    private static readonly string[] Wanted = (Environment.GetEnvironmentVariable("CONCENTRATOR_KILL_AT") ?? "").Split(':');
    private static int _reached;
#endif

    /// <summary>Says that the point is reached.</summary>
    [Conditional("FAULT_POINTS")]
    internal static void Reach(string name)
    {
#if FAULT_POINTS
        if (Wanted[0] == name && Interlocked.Increment(ref _reached) == (Wanted.Length > 1 ? int.Parse(Wanted[1], CultureInfo.InvariantCulture) : 1))
        {
            Process.GetCurrentProcess().Kill();
            Thread.Sleep(Timeout.Infinite); // the signal comes to the process, not to this thread: nothing happens after the point
        }
#endif
    }

    /// <summary>The file as the store sees it: in the product the file itself.</summary>
#if FAULT_POINTS
    internal static ILedgerFile Through(ILedgerFile file) =>
        int.TryParse(Environment.GetEnvironmentVariable("CONCENTRATOR_SYNC_MS"), CultureInfo.InvariantCulture, out var milliseconds)
            ? new UnsyncedFile(file, TimeSpan.FromMilliseconds(milliseconds)) : file;
#else
    internal static ILedgerFile Through(ILedgerFile file) => file;
#endif
}
