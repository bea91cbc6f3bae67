using System.Runtime.InteropServices;

namespace Concentrator.Store.Files;

/// <summary>
/// fsync and fdatasync by our own call: FileStream.Flush(true) and RandomAccess.FlushToDisk return normally when fsync fails (measured with EIO, ENOSPC, EDQUOT).
/// </summary>
internal static partial class Durable
{
    private const int ReadOnly = 0, Directory = 0x10000, CloseOnExec = 0x80000;

    /// <summary>fdatasync of an open file.</summary>
    internal static void SyncData(SafeHandle handle, string path)
    {
        if (FileDataSync(handle) != 0)
        {
            throw Failed("fdatasync", path);
        }
    }

    /// <summary>fsync of a directory, so that names made or changed in it are durable.</summary>
    internal static void SyncDirectory(string path)
    {
        var descriptor = OpenPath(path, ReadOnly | (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : Directory) | CloseOnExec);
        if (descriptor < 0)
        {
            throw Failed("open", path);
        }

        var result = FileSync(descriptor);
        var failure = result == 0 ? null : Failed("fsync", path);
        _ = CloseDescriptor(descriptor);
        if (failure is not null)
        {
            throw failure;
        }
    }

    private static IOException Failed(string call, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of {path} failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})");
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FileDataSync(SafeHandle descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenPath(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseDescriptor(int descriptor);
}
