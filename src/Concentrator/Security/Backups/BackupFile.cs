using Concentrator.Store.Files;

namespace Concentrator.Security.Backups;

/// <summary>A backup on the disk: whole and durable under its name, or not there; for its owner's eyes.</summary>
internal static class BackupFile
{
    /// <summary>Writes a draft, mode 0600 from its first octet on.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    internal static async Task WriteAsync(string draft, Func<Stream, CancellationToken, Task> content, CancellationToken stop)
    {
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, Options = FileOptions.Asynchronous };
        var file = new FileStream(draft, options);
        await using var closing = file.ConfigureAwait(false);
        await content(file, stop).ConfigureAwait(false);
        await file.FlushAsync(stop).ConfigureAwait(false);
        Durable.SyncData(file.SafeFileHandle, draft);
    }

    /// <summary>Gives the draft its name.</summary>
    internal static void Publish(string draft, string name)
    {
        File.Move(draft, name);
        Durable.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(name))!);
    }
}
