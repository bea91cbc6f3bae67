using System.Text;
using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Store.Books;
using Metering.Keys;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Properties.Security;

public sealed class KeyTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("keys").FullName;
    private readonly FakeTimeProvider _clock = new();
    private readonly ListLedger _ledger = new();

    [Fact]
    public void Each_form_of_line_gives_its_key()
    {
        var outcome = KeysFile.Parse(
        [
            "# a comment", "",
            "GWI-12345678-3C-03 wmbus key=000102030405060708090A0B0C0D0E0F keyId=0 ver=1",
            "LGZ1030655933512 dlms client=1 suite=0 guek=000102030405060708090A0B0C0D0E0F gak=D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF lls=12345678",
            "00124B0001020304 psk=000102030405060708090A0B0C0D0E0F",
            "0080E1010203 duk=000102030405060708090A0B0C0D0E0F",
        ], "meters.keys");
        Assert.Empty(outcome.Faults);
        Assert.Equal(16, outcome.Keys[new KeyName("GWI-12345678-3C-03", KeyPurpose.MBus)].Length);
        Assert.Equal(0xD0, outcome.Keys[new KeyName("LGZ1030655933512", KeyPurpose.Gak, 1)][0]);
        Assert.Equal("12345678", Encoding.ASCII.GetString(outcome.Keys[new KeyName("LGZ1030655933512", KeyPurpose.Lls, 1)]));
        Assert.True(outcome.Keys.ContainsKey(new KeyName("00124B0001020304", KeyPurpose.Psk)));
        Assert.True(outcome.Keys.ContainsKey(new KeyName("0080E1010203", KeyPurpose.Duk)));
    }

    [Theory]
    [InlineData("GWI-12345678-3C-03 wmbus key=0001", "32 hex digits, has 4 characters")]
    [InlineData("GWI-12345678-3C-03 wmbus kye=000102030405060708090A0B0C0D0E0F", "\"kye\" is not known here")]
    [InlineData("gwi-12345678-3C-03 wmbus key=000102030405060708090A0B0C0D0E0F", "is no meter id")]
    [InlineData("GWI-12345678-3C-03 wmbus", "names no key")]
    [InlineData("GWI-12345678-3C-03 wmbus key=000102030405060708090A0B0C0D0E0F keyId=x", "keyId= wants a number")]
    public void A_wrong_line_says_what_and_where_without_the_key_and_spoils_no_other(string line, string sentence)
    {
        var outcome = KeysFile.Parse(["KAM-00000001-01-16 wmbus key=0F0E0D0C0B0A09080706050403020100", line], "meters.keys");
        var fault = Assert.Single(outcome.Faults);
        Assert.Contains(sentence, fault, StringComparison.Ordinal);
        Assert.StartsWith("meters.keys:2: ", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("0001020304", fault, StringComparison.Ordinal);
        Assert.Single(outcome.Keys);
    }

    [Fact]
    public async Task A_key_that_was_set_stands_wrapped_in_the_books_and_is_found_again_after_a_start()
    {
        byte[] key = [0xCA, 0xFE, 0xBA, 0xBE, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        var name = new KeyName("GWI-12345678-3C-03", KeyPurpose.MBus);
        using (var device = DeviceKey.Open(_state, null))
        {
            await Ring(device).SetAsync(name, key, "alice", CancellationToken.None);
        }

        Assert.All(_ledger.Records, record => Assert.True(record.Payload.Span.IndexOf(key.AsSpan(0, 4)) < 0, "the key stands in clear in the books"));
        Assert.Contains(_ledger.Records, record => record.Type == RecordType.Audit && AuditRecord.Parse(record.Payload).Who == "alice");
        using var again = DeviceKey.Open(_state, null);
        var ring = Ring(again);
        ring.Replay(_ledger.Stored(RecordType.WrappedKey).Single());
        var found = new byte[32];
        Assert.Equal(16, ring.Find(name, found));
        Assert.Equal(key, found[..16]);
        Assert.Equal(UnixFileMode.UserRead, File.GetUnixFileMode(Path.Combine(_state, "device.key")));
    }

    [Fact]
    public async Task A_wrapped_key_cannot_be_moved_to_another_meter_or_another_box()
    {
        var name = new KeyName("GWI-12345678-3C-03", KeyPurpose.MBus);
        using var device = DeviceKey.Open(_state, null);
        await Ring(device).SetAsync(name, new byte[16], "alice", CancellationToken.None);
        var record = WrappedKeyRecord.Parse(_ledger.Stored(RecordType.WrappedKey).Single().Payload);
        var moved = (record with { Name = name with { Device = "GWI-99999999-3C-03" } }).ToRecord(default);
        var ring = Ring(device);
        ring.Replay(new StoredRecord(1, moved.Type, moved.Class, default, moved.Payload));
        Assert.Equal(0, ring.Find(name with { Device = "GWI-99999999-3C-03" }, new byte[32]));
        using var other = DeviceKey.Open(Directory.CreateDirectory(Path.Combine(_state, "other")).FullName, null);
        var elsewhere = Ring(other);
        elsewhere.Replay(_ledger.Stored(RecordType.WrappedKey).Single());
        Assert.Equal(0, elsewhere.Find(name, new byte[32]));
    }

    [Fact]
    public void The_keys_file_is_read_again_when_it_changes()
    {
        var path = Path.Combine(_state, "meters.keys");
        File.WriteAllText(path, "GWI-12345678-3C-03 wmbus key=000102030405060708090A0B0C0D0E0F\n");
        using var device = DeviceKey.Open(_state, null);
        var ring = Ring(device);
        var watch = new KeysFileWatch(path, ring.TakeFile, _clock, NullLogger.Instance);
        watch.Look();
        var version = ring.Version;
        watch.Look();
        Assert.Equal(version, ring.Version);
        File.WriteAllText(path, "KAM-00000001-01-16 wmbus key=000102030405060708090A0B0C0D0E0F\n\n");
        watch.Look();
        Assert.True(ring.Version > version);
        Assert.False(ring.Knows("GWI-12345678-3C-03"));
        Assert.True(ring.Knows("KAM-00000001-01-16"));
        File.Delete(path);
        watch.Look();
        Assert.True(ring.Knows("KAM-00000001-01-16"), "keys read before stay in use when the file cannot be read");
    }

    [Fact]
    public void A_counter_is_fresh_once_a_copy_within_60_s_and_a_replay_otherwise()
    {
        using var counters = new CounterStore(_ledger, new FakeTime(_clock), _clock);
        var name = new KeyName("GWI-12345678-3C-03", KeyPurpose.MBus);
        Assert.Equal(CounterVerdict.Fresh, counters.Accept(name, 10, 1));
        Assert.Equal(CounterVerdict.Duplicate, counters.Accept(name, 10, 1));
        Assert.Equal(CounterVerdict.Replayed, counters.Accept(name, 10, 2));
        Assert.Equal(CounterVerdict.Replayed, counters.Accept(name, 9, 1));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(CounterVerdict.Replayed, counters.Accept(name, 10, 1));
        Assert.Equal(CounterVerdict.Fresh, counters.Accept(name, 11, 3));
    }

    [Fact]
    public async Task Sending_counters_never_repeat_across_kills()
    {
        var name = new KeyName("LGZ1030655933512", KeyPurpose.Guek, 1);
        var used = new HashSet<uint>();
        for (var life = 0; life < 5; life++)
        {
            using var counters = new CounterStore(_ledger, new FakeTime(_clock), _clock);
            foreach (var record in _ledger.Stored(RecordType.CounterReservation))
            {
                counters.Replay(record);
            }

            for (var i = 0; i < 300; i++)
            {
                var first = await counters.ReserveAsync(name, 5, 1, CancellationToken.None);
                for (var counter = first; counter < first + 5; counter++)
                {
                    Assert.True(used.Add(counter), $"counter {counter} was handed out twice");
                }
            }
        }
    }

    public void Dispose() => Directory.Delete(_state, recursive: true);

    private KeyRing Ring(DeviceKey device) => new(device, _ledger, new FakeTime(_clock), NullLogger.Instance);
}
