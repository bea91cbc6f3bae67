using System.Diagnostics;

namespace Concentrator.Store;

/// <summary>
/// Named moments at which a test build can be killed. In the product's build the calls are not there; with <c>-p:FaultPoints=true</c>
/// the variable CONCENTRATOR_KILL_AT=name[:n] kills the process with SIGKILL when the point is reached for the n-th time.
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
        if (Wanted[0] == name && Interlocked.Increment(ref _reached) == (Wanted.Length > 1 ? int.Parse(Wanted[1], System.Globalization.CultureInfo.InvariantCulture) : 1))
        {
            Process.GetCurrentProcess().Kill();
        }
#endif
    }
}
