using Microsoft.Win32.SafeHandles;

namespace Concentrator.Store.Files;

/// <summary>The files of a directory on the disk.</summary>
internal sealed class DiskFiles : ILedgerFiles
{
    private readonly string _directory;

    /// <summary>Makes the directory where it is not there, durably.</summary>
    public DiskFiles(string directory)
    {
        _directory = directory;
        if (!Directory.Exists(directory))
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Durable.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(directory))!);
        }
    }

    public long FreeOctets
    {
        get
        {
            try
            {
                return new DriveInfo(_directory).AvailableFreeSpace;
            }
            catch (IOException)
            {
                return long.MaxValue; // not known is not full: the write itself will tell
            }
        }
    }

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_directory).Select(path => Path.GetFileName(path))];

    public ILedgerFile Open(string name, bool create)
    {
        var path = Path.Combine(_directory, name);
        var handle = File.OpenHandle(path, create ? FileMode.OpenOrCreate : FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        return FaultPoint.Through(new DiskFile(handle, path));
    }

    public void Rename(string from, string to) => File.Move(Path.Combine(_directory, from), Path.Combine(_directory, to), overwrite: true);

    public void Delete(string name) => File.Delete(Path.Combine(_directory, name));

    public void SyncDirectory() => Durable.SyncDirectory(_directory);

    private sealed class DiskFile(SafeFileHandle handle, string path) : ILedgerFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public int Read(Span<byte> destination, long offset)
        {
            var total = 0;
            while (total < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }

        public void Write(ReadOnlySpan<byte> source, long offset) => RandomAccess.Write(handle, source, offset);

        public void Sync() => Durable.SyncData(handle, path);

        public void Dispose() => handle.Dispose();
    }
}
