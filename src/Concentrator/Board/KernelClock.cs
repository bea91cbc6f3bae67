using System.Runtime.InteropServices;

namespace Concentrator.Board;

/// <summary>Asks the kernel (adjtimex) whether the system's time service, chrony or timesyncd, holds the clock.</summary>
internal static partial class KernelClock
{
    private const int TimeError = 5; // TIME_ERROR: the clock is not synchronised

    /// <summary>The kernel says the clock is synchronised.</summary>
    internal static bool IsSynchronised()
    {
        Span<byte> timex = stackalloc byte[256]; // struct timex is 208 octets; modes = 0 only asks
        timex.Clear();
        return AdjustTime(timex) is >= 0 and not TimeError;
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static partial int AdjustTime(Span<byte> timex);
}
