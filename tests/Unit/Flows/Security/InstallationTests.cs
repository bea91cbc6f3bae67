using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Store.Books;
using Metering.Ledger;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Security;

/// <summary>How often the box was put up: what tells a copy from a restart, and what follows.</summary>
public sealed class InstallationTests : IDisposable
{
    private static readonly Place Here = new("10000000abcdef01", "3d1219c7c4c5404aaa1f6d2a48adfda4", "b6243d1bd8fa21fe", "1310721");
    private readonly string _state = Directory.CreateTempSubdirectory("installation").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 8, 0, 0, TimeSpan.Zero));
    private readonly List<NewRecord> _books = [];
    private readonly DeviceKey _device;

    public InstallationTests() => _device = DeviceKey.Open(_state, null);

    [Fact]
    public void The_first_start_is_installation_1_and_a_restart_changes_nothing()
    {
        var first = Start(Here);
        Assert.Equal((1u, "first start", Here), (first.Number, first.Reason, first.Place));
        Assert.Equal("XYZ"u8.ToArray(), first.SystemTitle[..3].ToArray());
        Assert.Equal(8, first.SystemTitle.Length);
        Assert.Single(_books, record => record.Type == RecordType.Audit);
        Assert.DoesNotContain(_books, record => record.Type == RecordType.BoxEvent);
        var count = _books.Count;
        var again = Start(Here);
        Assert.Equal((first.Number, first.Title, first.Key), (again.Number, again.Title, again.Key));
        Assert.Equal(count, _books.Count);
    }

    [Theory]
    [InlineData("hardware")]
    [InlineData("machine id")]
    [InlineData("file system")]
    [InlineData("inode")]
    public void A_state_directory_elsewhere_than_it_was_is_another_installation(string what)
    {
        var first = Start(Here);
        var place = what switch
        {
            "hardware" => Here with { Hardware = "10000000abcdef02" }, "machine id" => Here with { Machine = "00000000000000000000000000000001" },
            "file system" => Here with { FileSystem = "8:1" }, _ => Here with { Inode = "1310722" },
        };
        var moved = Start(place, isMoved: true);
        Assert.Equal((2u, $"copied or moved: {what} differ from where it was"), (moved.Number, moved.Reason));
        Assert.NotEqual(first.Title, moved.Title);
        Assert.NotEqual(first.Key.KeyId, moved.Key.KeyId);
        var audit = AuditRecord.Parse(_books.Last(record => record.Type == RecordType.Audit).Payload);
        Assert.Equal(("the box", "installation counted on"), (audit.Who, audit.What));
        Assert.Contains(first.Title, audit.Before, StringComparison.Ordinal);
        Assert.Contains(moved.Title, audit.After, StringComparison.Ordinal);
        var told = BoxEvent.Parse(Assert.Single(_books, record => record is { Type: RecordType.BoxEvent, Class: RecordClass.Alarm, Log: LogKind.Bulk }).Payload);
        Assert.Equal("installation", told.Type);
        Assert.Contains($"{what} differ from where it was: installation 2, system title {moved.Title}, before {first.Title}", told.Text, StringComparison.Ordinal);
        Assert.Equal(moved.Title, Start(place).Title);
    }

    [Fact]
    public void A_restored_one_counts_on_also_where_everything_is_as_it_was()
    {
        var first = Start(Here);
        var restored = Start(Here, isMoved: true, restored: "2026-11-25T06:00:00Z");
        Assert.Equal((2u, "restored from a backup of 2026-11-25T06:00:00Z"), (restored.Number, restored.Reason));
        Assert.NotEqual(first.Title, restored.Title);
    }

    [Fact]
    public void A_restored_one_of_a_version_that_knew_no_installations_counts_as_moved()
    {
        var restored = Start(Here, isMoved: true, restored: "2026-11-25T06:00:00Z");
        Assert.Equal(1u, restored.Number);
        Assert.Single(_books, record => record.Type == RecordType.BoxEvent);
    }

    [Fact]
    public void Two_copies_of_one_image_on_boards_that_cannot_be_told_apart_differ()
    {
        Start(Here);
        var elsewhere = Here with { Inode = "2" };
        var books = _books.ToList();
        var one = Start(elsewhere, isMoved: true);
        _books.Clear();
        _books.AddRange(books);
        var other = Start(elsewhere, isMoved: true);
        Assert.Equal(one.Number, other.Number);
        Assert.NotEqual(one.Title, other.Title);
    }

    [Fact]
    public void A_part_that_cannot_be_told_any_more_says_nothing()
    {
        var first = Start(Here);
        Assert.Equal(first.Title, Start(Here with { Hardware = "" }).Title); // only root may read it, and this start is not root's
        Assert.Equal(first.Title, Start(Here).Title);
    }

    [Fact]
    public void Another_device_key_is_another_installation()
    {
        var first = Start(Here);
        using var other = DeviceKey.Open(Directory.CreateDirectory(Path.Combine(_state, "other")).FullName, null);
        using var book = new InstallationBook(other, "XYZ", new FakeTime(_clock));
        Replay(book);
        book.Settle(Here, null, out var isMoved);
        Assert.True(isMoved);
        Assert.Equal((2u, "the device key is another one"), (book.Now.Number, book.Now.Reason));
        Assert.NotEqual(first.Title, book.Now.Title);
    }

    [Fact]
    public void The_books_made_anew_hold_it()
    {
        var first = Start(Here);
        using var book = new InstallationBook(_device, "XYZ", new FakeTime(_clock));
        Replay(book);
        book.Settle(Here, null, out _);
        var live = Assert.Single(book.LiveState());
        _books.Clear();
        _books.Add(live);
        Assert.Equal(first.Title, Start(Here).Title);
    }

    [Fact]
    public void A_credential_wraps_and_what_a_restore_brought_along_opens()
    {
        var wrapped = _device.Wrap([1, 2, 3], "name"u8);
        var credentials = Directory.CreateDirectory(Path.Combine(_state, "credentials")).FullName;
        File.WriteAllBytes(Path.Combine(credentials, "concentrator.device-key"), new byte[32]);
        using var device = DeviceKey.Open(_state, credentials);
        Assert.Equal([1, 2, 3], device.Unwrap(wrapped, "name"u8));
        Assert.Null(device.Unwrap(wrapped, "another"u8));
        Assert.Null(_device.Unwrap(device.Wrap([1, 2, 3], "name"u8), "name"u8));
        Assert.Equal([new byte[32], File.ReadAllBytes(Path.Combine(_state, "device.key"))], device.ReadAgain());
    }

    [Fact]
    public void A_directory_is_told_from_its_copy_and_found_where_it_is()
    {
        var (one, other) = (Directory.CreateDirectory(Path.Combine(_state, "one")).FullName, Directory.CreateDirectory(Path.Combine(_state, "two")).FullName);
        Assert.Empty(StatePlace.Of(one).Differences(StatePlace.Of(one)));
        Assert.Equal(["inode"], StatePlace.Of(one).Differences(StatePlace.Of(other)));
        Assert.NotEqual("", StatePlace.Of(one).FileSystem);
        Directory.Move(one, one + "-moved");
        Assert.Empty(StatePlace.Of(one + "-moved").Differences(StatePlace.Of(one + "-moved")));
        Assert.NotEqual(StatePlace.Of("/proc").FileSystem, StatePlace.Of(other).FileSystem);
    }

    public void Dispose()
    {
        _device.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    /// <summary>A start over the books as they are.</summary>
    private Installation Start(Place place, bool isMoved = false, string? restored = null)
    {
        using var book = new InstallationBook(_device, "XYZ", new FakeTime(_clock));
        Replay(book);
        _books.AddRange(book.Settle(place, restored, out var moved));
        Assert.Equal(isMoved, moved);
        return book.Now;
    }

    private void Replay(InstallationBook book)
    {
        foreach (var record in _books.Where(record => record.Type == RecordType.Installation))
        {
            book.Replay(new StoredRecord(1, record.Type, record.Class, record.Time, record.Payload));
        }
    }
}
