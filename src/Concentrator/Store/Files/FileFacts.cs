using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Concentrator.Store.Files;

/// <summary>What the kernel knows of a file or a directory and .NET does not tell.</summary>
/// <param name="Inode">Its number in its file system.</param>
/// <param name="FileSystem">Id of the file system; that of its device where it has none.</param>
internal sealed partial record FileFacts(ulong Inode, string FileSystem, uint User, uint Group)
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const uint Wanted = 0x8 | 0x10 | 0x100; // STATX_UID, STATX_GID, STATX_INO
    private const int UserAt = 20, GroupAt = 24, InodeAt = 32, MajorAt = 136, MinorAt = 140, StatxSize = 256; // struct statx is the same on every architecture
    private const int FileSystemAt = 56, StatfsSize = 256; // struct statfs of 64 bit Linux: seven longs, then f_fsid

    /// <summary>Null where there is no such file, or nobody tells.</summary>
    internal static FileFacts? Of(string path)
    {
        Span<byte> found = stackalloc byte[StatxSize], system = stackalloc byte[StatfsSize];
        if (Statx(CurrentDirectory, path, 0, Wanted, ref MemoryMarshal.GetReference(found)) != 0)
        {
            return null;
        }

        var id = Statfs(path, ref MemoryMarshal.GetReference(system)) == 0 ? BinaryPrimitives.ReadUInt64LittleEndian(system[FileSystemAt..]) : 0;
        return new FileFacts(
            BinaryPrimitives.ReadUInt64LittleEndian(found[InodeAt..]),
            id != 0 ? id.ToString("x16", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{BinaryPrimitives.ReadUInt32LittleEndian(found[MajorAt..])}:{BinaryPrimitives.ReadUInt32LittleEndian(found[MinorAt..])}"),
            BinaryPrimitives.ReadUInt32LittleEndian(found[UserAt..]), BinaryPrimitives.ReadUInt32LittleEndian(found[GroupAt..]));
    }

    /// <summary>Gives a file to a user.</summary>
    /// <exception cref="IOException">It may not.</exception>
    internal static void Give(string path, uint user, uint group)
    {
        if (Chown(path, user, group) != 0)
        {
            throw new IOException($"chown of {path} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte found);

    [LibraryImport("libc", EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statfs(string path, ref byte found);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint user, uint group);
}
