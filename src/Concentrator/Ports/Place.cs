namespace Concentrator.Ports;

/// <summary>Where a state directory stands. A part that cannot be told is empty and says nothing.</summary>
/// <param name="Hardware">Serial number of the board.</param>
/// <param name="Machine">Id of the installed system.</param>
/// <param name="FileSystem">Id of the file system.</param>
/// <param name="Inode">Of the directory in it.</param>
public sealed record Place(string Hardware, string Machine, string FileSystem, string Inode)
{
    /// <summary>The parts in which two places differ, in words; empty where they are the same, as far as both can be told.</summary>
    public IReadOnlyList<string> Differences(Place other) =>
    [
        .. new[] { ("hardware", Hardware, other.Hardware), ("machine id", Machine, other.Machine), ("file system", FileSystem, other.FileSystem), ("inode", Inode, other.Inode) }
            .Where(part => part.Item2.Length > 0 && part.Item3.Length > 0 && part.Item2 != part.Item3).Select(part => part.Item1),
    ];

    /// <summary>For people and the audit.</summary>
    public override string ToString() => $"hardware {Or(Hardware)}, machine {Or(Machine)}, file system {Or(FileSystem)}, inode {Or(Inode)}";

    private static string Or(string part) => part.Length > 0 ? part : "unknown";
}
