namespace Concentrator.Store.Files;

/// <summary>One service per state directory.</summary>
internal static class StateLock
{
    /// <summary>Makes the directory and holds its lock until disposed.</summary>
    /// <exception cref="IOException">It cannot be made or written, or another service has it: which, and what to do.</exception>
    internal static FileStream Take(string stateDirectory)
    {
        try
        {
            Directory.CreateDirectory(stateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
            return new FileStream(Path.Combine(stateDirectory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"state directory {stateDirectory} cannot be used: {e.Message}; another service may have it, or it is not writable for this user: check the mount, its owner, and --state", e);
        }
    }
}
