using System.Buffers.Binary;
using System.Text;
using Concentrator.Ports;
using Concentrator.Security.Backups;
using Concentrator.Store;
using Concentrator.Store.Books;
using Metering.Keys;
using Metering.Ledger;

namespace Unit.Flows.Security;

/// <summary>The box in one file and out of it: everything comes back, or nothing is touched and a sentence says why.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Meter = "GWI-12345678-3C-03";
    private static readonly byte[] Key = [0xCA, 0xFE, 0xBA, 0xBE, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    private readonly string _folder = Directory.CreateTempSubdirectory("backup").FullName;

    private string File => Path.Combine(_folder, "box.backup");

    private string Target => Path.Combine(_folder, "new");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restored_box_has_the_books_the_keys_and_what_opens_them_and_is_another_installation(bool withBulk)
    {
        string title;
        await using (var box = new BackupBench(Path.Combine(_folder, "old")))
        {
            await box.SetKeyAsync(Meter, Key);
            await box.WorkAsync(700); // several segments
            title = box.Installation.Title;
            await box.BackUpAsync(File, withBulk);
            var audit = AuditRecord.Parse(box.Ledger.ReadBooks().Last(record => record.Type == RecordType.Audit).Payload);
            Assert.Equal(("sue", "backup create", withBulk ? "with readings and events" : "without readings and events"), (audit.Who, audit.What, audit.After));
            await box.WorkAsync(100); // goes on, and uses numbers the copy does not know of
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.True(System.IO.File.ReadAllBytes(File).AsSpan().IndexOf(Key.AsSpan(0, 8)) < 0);
        var manifest = StateRestore.Run(File, BackupBench.Passphrase, Target);
        Assert.Equal(("dc-0001", withBulk, 1u, title), (manifest.Id, manifest.Bulk, manifest.Installation, manifest.SystemTitle));
        Assert.Equal("id = \"dc-0001\"", System.IO.File.ReadAllText(Path.Combine(Target, "settings.applied")));
        Assert.Equal(UnixFileMode.UserRead, System.IO.File.GetUnixFileMode(Path.Combine(Target, "device.key")));
        Assert.Empty(LedgerInspection.Of(Path.Combine(Target, "ledger")).Faults);
        await using (var restored = new BackupBench(Target, isRestored: true))
        {
            var found = new byte[32];
            Assert.Equal(Key.Length, restored.Keys.Find(new KeyName(Meter, KeyPurpose.MBus), found));
            Assert.Equal(Key, found[..Key.Length]);
            Assert.Equal((2u, $"restored from a backup of {manifest.CreatedAt:yyyy-MM-ddTHH:mm:ssZ}"), (restored.Installation.Number, restored.Installation.Reason));
            Assert.NotEqual(title, restored.Installation.Title);
            Assert.Equal([1, 2, 3, 4], restored.Slots.Load("main").ToArray());
            Assert.Equal(withBulk ? 700 : 0, restored.Ledger.ReadAll(LogKind.Bulk, 1, ulong.MaxValue).Count(record => record.Type == RecordType.Telegram));
            Assert.True(restored.First > Concentrator.Security.InstallationBook.SkippedSequences, "numbers the first box may have used since are left out");
            await restored.WorkAsync(700);
        }

        await using var again = new BackupBench(Target);
        Assert.Equal(2u, again.Installation.Number); // it counted once
        Assert.Empty(LedgerInspection.Of(Path.Combine(Target, "ledger")).Faults);
    }

    [Fact]
    public async Task A_backup_made_while_the_box_works_opens_at_any_moment_of_it()
    {
        await using var box = new BackupBench(Path.Combine(_folder, "old"));
        await box.SetKeyAsync(Meter, Key);
        for (var i = 0; i < 6; i++)
        {
            var working = box.WorkAsync(150);
            var file = await box.BackUpAsync(Path.Combine(_folder, $"{i}.backup"), withBulk: true);
            await working;
            var target = Path.Combine(_folder, $"restored-{i}");
            StateRestore.Run(file, BackupBench.Passphrase, target);
            await using var restored = new BackupBench(target, isRestored: true);
            Assert.True(restored.Keys.Has(new KeyName(Meter, KeyPurpose.MBus)));
        }
    }

    [Fact]
    public async Task A_wrong_passphrase_is_told()
    {
        await MadeAsync();
        Refused("four words out of a bag", "the passphrase is not that of this backup");
    }

    [Fact]
    public async Task A_file_that_is_cut_anywhere_is_told()
    {
        var whole = await MadeAsync();
        foreach (var length in new[] { 0, 3, 7, 20, 47, 48, 50, 60, 1000, BackupHeader.Size + BackupHeader.ChunkOctets + 20, whole.Length - 20, whole.Length - 1 })
        {
            System.IO.File.WriteAllBytes(File, whole[..length]);
            Refused(BackupBench.Passphrase, length < 7 ? "this is no backup" : "cut off");
        }

        System.IO.File.WriteAllBytes(File, whole[..(BackupHeader.Size + sizeof(uint) + BackupHeader.ChunkOctets + BackupHeader.TagSize)]); // between two chunks
        Refused(BackupBench.Passphrase, "cut off");
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_is_told()
    {
        var whole = await MadeAsync();
        int[] places = [8, 9, 12, 27, 28, 43, 44, 47, .. Enumerable.Range(0, 12).Select(i => BackupHeader.Size + (i * (whole.Length - BackupHeader.Size) / 12)), whole.Length - 1];
        foreach (var at in places)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 0x10;
            System.IO.File.WriteAllBytes(File, flipped);
            Refused(BackupBench.Passphrase, at < BackupHeader.Size ? "the header of the backup is damaged" : "is damaged in chunk");
        }
    }

    [Fact]
    public async Task Chunks_that_change_places_or_are_missing_and_octets_behind_the_end_are_told()
    {
        var whole = await MadeAsync();
        const int chunk = sizeof(uint) + BackupHeader.ChunkOctets + BackupHeader.TagSize;
        Assert.True(whole.Length > BackupHeader.Size + (2 * chunk));
        var (first, second) = (whole[BackupHeader.Size..(BackupHeader.Size + chunk)], whole[(BackupHeader.Size + chunk)..(BackupHeader.Size + (2 * chunk))]);
        System.IO.File.WriteAllBytes(File, [.. whole[..BackupHeader.Size], .. second, .. first, .. whole[(BackupHeader.Size + (2 * chunk))..]]);
        Refused(BackupBench.Passphrase, "is damaged in chunk 1");
        System.IO.File.WriteAllBytes(File, [.. whole[..BackupHeader.Size], .. first, .. whole[(BackupHeader.Size + (2 * chunk))..]]);
        Refused(BackupBench.Passphrase, "is damaged in chunk 2");
        System.IO.File.WriteAllBytes(File, [.. whole, 0]);
        Refused(BackupBench.Passphrase, "goes on behind its end");
    }

    [Fact]
    public async Task A_file_of_another_version_and_one_that_is_none_are_told()
    {
        var whole = await MadeAsync();
        whole[7] = 2;
        System.IO.File.WriteAllBytes(File, whole);
        Refused(BackupBench.Passphrase, "format version 2, and this program reads 1");
        System.IO.File.WriteAllText(File, "PK\u0003\u0004 something else altogether, and long enough for a header of a backup");
        Refused(BackupBench.Passphrase, "this is no backup");
    }

    [Fact]
    public async Task A_header_that_asks_for_more_work_than_anybody_does_is_refused_before_it_is_done()
    {
        var whole = await MadeAsync();
        BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(8), int.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(44), Crc32C.Compute(whole.AsSpan(0, 44)));
        System.IO.File.WriteAllBytes(File, whole);
        Refused(BackupBench.Passphrase, "the header of the backup is damaged");
    }

    [Theory]
    [InlineData("../../etc/passwd", "none of this version's")]
    [InlineData("ledger/../../x.seg", "none of this version's")]
    [InlineData("/etc/passwd", "none of this version's")]
    [InlineData("s", "none of this version's")]
    [InlineData("device.key\n", "none of this version's")]
    [InlineData("settings.applied", "holds no device key")]
    [InlineData("device.key", "is not 32 octets")]
    public async Task A_part_that_does_not_belong_there_is_not_written(string name, string sentence)
    {
        await CraftAsync((name, Encoding.UTF8.GetBytes("x")));
        Refused(BackupBench.Passphrase, sentence);
        Assert.Equal([File], Directory.GetFileSystemEntries(_folder).Where(entry => entry != Target));
    }

    [Fact]
    public async Task A_part_that_claims_to_be_huge_is_refused_before_room_is_made_for_it()
    {
        using (var header = BackupHeader.Make(BackupBench.Passphrase, BackupHeader.FewestIterations))
        {
            await BackupFile.WriteAsync(File, async (to, stop) =>
            {
                using var sealer = new BackupSealer(to, header);
                await sealer.BeginAsync(stop);
                await sealer.AddAsync(BackupParts.Manifest, BackupParts.Of(new BackupManifest("dc-0001", "0", null, 1, "", false)), stop);
                var front = new byte[2 + 10 + 8];
                BinaryPrimitives.WriteUInt16LittleEndian(front, 10);
                "device.key"u8.CopyTo(front.AsSpan(2));
                BinaryPrimitives.WriteUInt64LittleEndian(front.AsSpan(12), ulong.MaxValue);
                await sealer.PutAsync(front, stop);
                await sealer.EndAsync(stop);
            }, CancellationToken.None);
        }

        Refused(BackupBench.Passphrase, "claims 18446744073709551615 octets");
    }

    [Fact]
    public async Task A_ledger_that_was_damaged_when_it_was_copied_is_not_put_in_place()
    {
        await using (var box = new BackupBench(Path.Combine(_folder, "old")))
        {
            await box.WorkAsync(700);
            var segment = Directory.GetFiles(Path.Combine(box.State, "ledger"), "bulk-*.seg").Order().First();
            using (var file = System.IO.File.OpenHandle(segment, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
            {
                RandomAccess.Write(file, [0xFF, 0xFF, 0xFF], 20_000);
            }

            await box.BackUpAsync(File, withBulk: true);
        }

        Refused(BackupBench.Passphrase, "was so when it was made");
    }

    [Fact]
    public async Task Only_an_empty_directory_takes_a_restore_and_one_that_was_broken_off_begins_anew()
    {
        await MadeAsync();
        Directory.CreateDirectory(Path.Combine(Target, "ledger"));
        var fault = Assert.Throws<BackupFaultException>(() => StateRestore.Run(File, BackupBench.Passphrase, Target));
        Assert.Contains($"{Target} is not empty: ledger stands there", fault.Message, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(Target, "restoring")); // killed while parts took their places
        var refused = Assert.Throws<IOException>(() => StateRestore.Restored(Target));
        Assert.Contains("was broken off", refused.Message, StringComparison.Ordinal);
        StateRestore.Run(File, BackupBench.Passphrase, Target);
        Assert.False(Directory.Exists(Path.Combine(Target, "restoring")));
        await using var restored = new BackupBench(Target, isRestored: true);
        Assert.Equal(2u, restored.Installation.Number);
    }

    [Fact]
    public async Task A_box_that_runs_there_keeps_its_directory()
    {
        await MadeAsync();
        using var held = Concentrator.Store.Files.StateLock.Take(Target);
        Assert.Contains("another service may have it", Assert.Throws<IOException>(() => StateRestore.Run(File, BackupBench.Passphrase, Target)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_asks_and_may_not_is_audited_and_a_flood_does_not_fill_the_books()
    {
        await using var box = new BackupBench(Path.Combine(_folder, "old"));
        for (var i = 0; i < 120; i++)
        {
            await box.RefuseAsync("mallory");
        }

        Assert.Equal(100, box.Ledger.ReadBooks().Count(record => record.Type == RecordType.Audit && AuditRecord.Parse(record.Payload) is { Who: "mallory", What: "backup refused" }));
    }

    [Fact]
    public async Task Two_at_a_time_are_one_too_many()
    {
        await using var box = new BackupBench(Path.Combine(_folder, "old"));
        using var first = new SlowStream();
        var writing = box.MakeAsync(first);
        Assert.True(await box.Clock.AdvanceUntilAsync(() => first.IsAsked, TimeSpan.FromMilliseconds(50)));
        await Assert.ThrowsAsync<BackupBusyException>(() => box.MakeAsync(new MemoryStream()));
        first.Go();
        await writing;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A backup of some chunks; its octets.</summary>
    private async Task<byte[]> MadeAsync()
    {
        await using (var box = new BackupBench(Path.Combine(_folder, "old")))
        {
            await box.SetKeyAsync(Meter, Key);
            await box.WorkAsync(1000);
            await box.BackUpAsync(File, withBulk: true);
        }

        return System.IO.File.ReadAllBytes(File);
    }

    /// <summary>A backup that is authentic and made by somebody else.</summary>
    private async Task CraftAsync(params (string Name, byte[] Octets)[] parts)
    {
        using var header = BackupHeader.Make(BackupBench.Passphrase, BackupHeader.FewestIterations);
        await BackupFile.WriteAsync(File, async (to, stop) =>
        {
            using var sealer = new BackupSealer(to, header);
            await sealer.BeginAsync(stop);
            await sealer.AddAsync(BackupParts.Manifest, BackupParts.Of(new BackupManifest("dc-0001", "0", null, 1, "", false)), stop);
            foreach (var (name, octets) in parts)
            {
                await sealer.AddAsync(name, octets, stop);
            }

            await sealer.EndAsync(stop);
        }, CancellationToken.None);
    }

    /// <summary>Refused with its sentence, and nothing is left behind.</summary>
    private void Refused(string passphrase, string sentence)
    {
        var fault = Assert.Throws<BackupFaultException>(() => StateRestore.Run(File, passphrase, Target));
        Assert.Contains(sentence, fault.Message, StringComparison.Ordinal);
        Assert.True(!Directory.Exists(Target) || Directory.GetFileSystemEntries(Target).All(entry => Path.GetFileName(entry) == "lock"), "something was written");
    }

    private sealed class SlowStream : MemoryStream
    {
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool IsAsked { get; private set; }

        internal void Go() => _go.TrySetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            IsAsked = true;
            await _go.Task;
        }
    }
}
