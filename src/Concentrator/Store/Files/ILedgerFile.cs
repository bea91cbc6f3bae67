namespace Concentrator.Store.Files;

/// <summary>One file of the store. Two implementations: the disk, and the crash disk of the tests that drops, tears, reorders and fails.</summary>
internal interface ILedgerFile : IDisposable
{
    /// <summary>Octets in the file.</summary>
    long Length { get; }

    /// <summary>Reads at an offset; short only at the end of the file.</summary>
    int Read(Span<byte> destination, long offset);

    /// <summary>Writes all octets at an offset. Not durable before <see cref="Sync"/> returned.</summary>
    /// <exception cref="IOException">Not written, or not wholly.</exception>
    void Write(ReadOnlySpan<byte> source, long offset);

    /// <summary>Makes what was written durable. After a failure nothing may be believed about the octets since the last success.</summary>
    /// <exception cref="IOException">The sync failed.</exception>
    void Sync();
}

/// <summary>The files of one directory.</summary>
internal interface ILedgerFiles
{
    /// <summary>Names of the files, without path.</summary>
    IReadOnlyList<string> List();

    /// <summary>Opens a file, or makes an empty one.</summary>
    ILedgerFile Open(string name, bool create);

    /// <summary>Gives a file another name, over an existing one if need be. Durable after <see cref="SyncDirectory"/>.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file.</summary>
    void Delete(string name);

    /// <summary>Makes names durable.</summary>
    void SyncDirectory();

    /// <summary>Octets still free on the file system; <see cref="long.MaxValue"/> where not known.</summary>
    long FreeOctets { get; }
}
