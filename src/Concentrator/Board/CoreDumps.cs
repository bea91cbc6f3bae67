using System.Runtime.InteropServices;

namespace Concentrator.Board;

/// <summary>
/// No picture of this process's memory, where keys are, gets onto a disk: neither a core file nor one that a handler of the system writes, nor what another process of the same user reads out
/// (ptrace, /proc/PID/mem). Root can still read it, and the kernel may swap it out: the unit forbids that.
/// </summary>
internal static partial class CoreDumps
{
    private const int SetDumpable = 4, CoreLimit = 4; // PR_SET_DUMPABLE, RLIMIT_CORE

    /// <summary>Forbids them from now on. False where the kernel does not let it.</summary>
    internal static bool Forbid()
    {
        var none = default(Limit);
        return SetLimit(CoreLimit, in none) == 0 & Control(SetDumpable, 0, 0, 0, 0) == 0;
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint first, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    private readonly record struct Limit(nuint Soft, nuint Hard);
}
