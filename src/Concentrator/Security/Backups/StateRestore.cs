using System.Globalization;
using System.Text.Json;
using Concentrator.Store;
using Concentrator.Store.Files;

namespace Concentrator.Security.Backups;

/// <summary>
/// Puts a backup into an empty state directory: all of it or nothing. The whole file is proved before anything is written; it is written beside, under <c>restoring</c>, and looked through; then
/// each part takes its place. While <c>restoring</c> is there no service starts, and another restore begins anew.
/// </summary>
internal static class StateRestore
{
    private const string Mark = "restored", UnderWay = "restoring", Unknown = "an unknown time";
    private const int DeviceKeySize = 32;
    private const long Spare = 64L << 20;
    private static readonly string[] MayStand = ["lock", "lost+found"];

    /// <summary>When the backup was made that a state directory was restored from and that was not started since; null for none.</summary>
    /// <exception cref="IOException">A restore was broken off there.</exception>
    internal static string? Restored(string state) =>
        Directory.Exists(Path.Combine(state, UnderWay)) ? throw new IOException($"a restore into {state} was broken off: what is there is not whole; run `concentrator backup restore` again")
        : !File.Exists(Path.Combine(state, Mark)) ? null
        : File.ReadAllText(Path.Combine(state, Mark)).Trim() is { Length: > 0 } at ? at : Unknown; // made by hand where somebody knows of a copy that the box cannot see

    /// <summary>The books know of it: it is no news at the next start.</summary>
    internal static void Known(string state)
    {
        if (File.Exists(Path.Combine(state, Mark)))
        {
            File.Delete(Path.Combine(state, Mark));
            Durable.SyncDirectory(state);
        }
    }

    /// <summary>Proves a backup, and restores it where <paramref name="state"/> is not null.</summary>
    /// <exception cref="BackupFaultException">It was not restored: why. Nothing is changed.</exception>
    /// <exception cref="IOException">It was not restored: the disk.</exception>
    internal static BackupManifest Run(string file, string passphrase, string? state)
    {
        using var from = File.OpenRead(file);
        var (manifest, octets) = Prove(from, passphrase);
        if (state is null)
        {
            return manifest;
        }

        using var held = StateLock.Take(state);
        TakeAwayWhatWasBrokenOff(state);
        if (Directory.EnumerateFileSystemEntries(state).Select(Path.GetFileName).FirstOrDefault(name => !MayStand.Contains(name)) is { } there)
        {
            throw new BackupFaultException($"{state} is not empty: {there} stands there. A restore goes into an empty directory only; move what is there away first");
        }

        if (new DiskFiles(state).FreeOctets is var free && free < octets + Spare)
        {
            throw new BackupFaultException($"{state} has {free} octets free, and the backup wants {octets} and {Spare} to work with");
        }

        var draft = Path.Combine(state, UnderWay);
        try
        {
            from.Position = 0;
            Write(from, passphrase, draft);
            Check(draft, manifest);
            Durable.SyncDirectory(state);
        }
        catch
        {
            if (Directory.Exists(draft))
            {
                Directory.Delete(draft, recursive: true);
            }

            throw;
        }

        Place(draft, state);
        return manifest;
    }

    /// <summary>Reads all of it, and writes nothing.</summary>
    private static (BackupManifest Manifest, long Octets) Prove(Stream from, string passphrase)
    {
        using var opener = new BackupOpener(from, passphrase);
        BackupManifest? manifest = null;
        var (octets, names) = (0L, new HashSet<string>(StringComparer.Ordinal));
        while (opener.Next() is { } part)
        {
            if (BackupParts.Fault(part.Name, part.Length) is { } fault)
            {
                throw new BackupFaultException(fault);
            }

            if (!names.Add(part.Name) || (manifest is null && part.Name != BackupParts.Manifest))
            {
                throw new BackupFaultException($"part {part.Name} of the backup stands twice, or before what says what it is: it was made by another program");
            }

            using var content = new MemoryStream();
            for (var piece = opener.Read(); !piece.IsEmpty; piece = opener.Read())
            {
                octets += piece.Length;
                if (part.Name == BackupParts.Manifest)
                {
                    content.Write(piece);
                }
            }

            manifest ??= Manifest(content.ToArray());
        }

        return names.Contains(DeviceKey.FileName) ? (manifest!, octets) : throw new BackupFaultException("the backup holds no device key: what it holds wrapped could never be opened");
    }

    private static BackupManifest Manifest(byte[] octets)
    {
        try
        {
            return JsonSerializer.Deserialize(octets, BackupJson.Default.BackupManifest) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new BackupFaultException("the backup does not say what it is: it was made by another program");
        }
    }

    private static void Write(Stream from, string passphrase, string draft)
    {
        Directory.CreateDirectory(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var opener = new BackupOpener(from, passphrase);
        while (opener.Next() is { } part)
        {
            if (part.Name == BackupParts.Manifest)
            {
                continue;
            }

            var path = Path.Combine(draft, part.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            File.SetUnixFileMode(handle, part.Name.StartsWith(DeviceKey.FileName, StringComparison.Ordinal) ? UnixFileMode.UserRead : UnixFileMode.UserRead | UnixFileMode.UserWrite);
            long at = 0;
            for (var piece = opener.Read(); !piece.IsEmpty; piece = opener.Read())
            {
                RandomAccess.Write(handle, piece, at);
                at += piece.Length;
            }

            Durable.SyncData(handle, path);
        }
    }

    /// <summary>Looks through what was written, and says for the next start where it comes from.</summary>
    private static void Check(string draft, BackupManifest manifest)
    {
        if (new FileInfo(Path.Combine(draft, DeviceKey.FileName)).Length != DeviceKeySize)
        {
            throw new BackupFaultException($"the device key in the backup is not {DeviceKeySize} octets long: what it holds wrapped could never be opened");
        }

        var found = LedgerInspection.Of(Path.Combine(draft, BackupParts.Ledger));
        if (found.Faults.Count > 0)
        {
            throw new BackupFaultException($"the ledger in the backup is damaged, and was so when it was made: {found.Faults[0]}");
        }

        var path = Path.Combine(draft, Mark);
        File.WriteAllText(path, manifest.CreatedAt is { } at ? at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : Unknown);
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite))
        {
            Durable.SyncData(handle, path);
        }

        foreach (var directory in Directory.EnumerateDirectories(draft).Append(draft))
        {
            Durable.SyncDirectory(directory);
        }
    }

    /// <summary>Everything takes its place. A crash in between leaves <see cref="UnderWay"/>, and with it nothing that anybody believes.</summary>
    private static void Place(string draft, string state)
    {
        if (FileFacts.Of(state) is { } owner && Environment.UserName == "root")
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(draft, "*", SearchOption.AllDirectories).Append(Path.Combine(state, "lock")))
            {
                FileFacts.Give(path, owner.User, owner.Group); // a service that is not root could not open what root wrote
            }
        }

        foreach (var part in Directory.EnumerateFileSystemEntries(draft).Order(StringComparer.Ordinal).ToList())
        {
            Directory.Move(part, Path.Combine(state, Path.GetFileName(part)));
        }

        Durable.SyncDirectory(state);
        Directory.Delete(draft);
        Durable.SyncDirectory(state);
    }

    private static void TakeAwayWhatWasBrokenOff(string state)
    {
        var draft = Path.Combine(state, UnderWay);
        if (!Directory.Exists(draft))
        {
            return;
        }

        foreach (var part in Directory.EnumerateFileSystemEntries(state).Where(path => IsOfRestore(Path.GetFileName(path))).ToList())
        {
            if (Directory.Exists(part))
            {
                Directory.Delete(part, recursive: true);
            }
            else
            {
                File.Delete(part);
            }
        }

        Durable.SyncDirectory(state);
        Directory.Delete(draft, recursive: true); // last: until then it is known that nothing here is whole
        Durable.SyncDirectory(state);
    }

    private static bool IsOfRestore(string name) =>
        name is BackupParts.Ledger or BackupParts.Delivery or BackupParts.Settings or Mark || name.StartsWith(DeviceKey.FileName, StringComparison.Ordinal);
}
