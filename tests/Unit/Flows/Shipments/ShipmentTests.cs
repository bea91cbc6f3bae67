using System.Diagnostics;
using System.Globalization;
using System.Text;
using Concentrator.Ports;
using Concentrator.Security;
using Concentrator.Shipments;
using Concentrator.Store.Books;
using Metering;
using Metering.Keys;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Shipments;

/// <summary>A shipment list from the file to the book and the key ring: all of it, or nothing.</summary>
public sealed class ShipmentTests : IDisposable
{
    private const string Header = "ldn,serial,eui,mbus,place,phase,profile,psk,duk,guek,gak,hls\n";
    private const string Key = "CAFEBABE0405060708090A0B0C0D0E0F", Other = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF";
    private static readonly string[] Profiles = ["plain", "idis", "dsmr", "prime"];
    private readonly string _state = Directory.CreateTempSubdirectory("shipment").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly ListLedger _ledger = new();
    private readonly DeviceKey _device;
    private readonly KeyRing _ring;
    private readonly MeterLifeBook _book;

    public ShipmentTests()
    {
        _device = DeviceKey.Open(_state, null);
        _ring = new KeyRing(_device, _ledger, new FakeTime(_clock), NullLogger.Instance);
        _book = new MeterLifeBook(_ledger, new FakeTime(_clock));
    }

    private ShipmentDesk Desk => new(_book, _ring, Profiles, new FakeTime(_clock));

    [Fact]
    public async Task Meters_go_to_the_book_and_keys_to_the_key_ring_under_the_names_the_drivers_ask_for()
    {
        var report = await ImportAsync(
            $"LGZ1030655933512,sn1,00:80:e1:01:02:03,,ES1,l1,prime,,{Key},{Key},{Other},0102\n" + $"ISK1030000000001,,00124B0001020304,GWI-12345678-3C-03,ES2,123,idis,{Key},,,,\n");
        Assert.True(report.Imported, Text(report));
        Assert.Equal((2, 2, 0, 5, 0), (report.Rows, report.Added, report.Unchanged, report.Keys, report.Faults));
        var first = _book.Find(MeterId.Parse("LGZ1030655933512"))!;
        Assert.Equal(("0080E1010203", "SN1", "ES1", "L1", "prime", MeterStage.Expected), (first.Eui, first.Serial, first.Place, first.Phase, first.Profile, first.Stage));
        Assert.Equal("ISK1030000000001", _book.FindEui("00124B0001020304")!.Meter.Text);
        Assert.Equal("L123", _book.Find(MeterId.Parse("GWI-12345678-3C-03"))!.Phase);
        Assert.Equal(Key, KeyOf(new KeyName("0080E1010203", KeyPurpose.Duk)));
        Assert.Equal(Key, KeyOf(new KeyName("00124B0001020304", KeyPurpose.Psk)));
        Assert.Equal(Other, KeyOf(new KeyName("LGZ1030655933512", KeyPurpose.Gak, 1)));
        Assert.Equal("0102", KeyOf(new KeyName("LGZ1030655933512", KeyPurpose.Hls, 1)));
    }

    [Fact]
    public async Task No_key_stands_in_the_books_in_clear_nor_in_the_audit_and_all_come_back_after_a_start()
    {
        await ImportAsync($"LGZ1030655933512,,0080E1010203,,ES1,,,,{Key},{Key},{Other},\n");
        var raw = Convert.FromHexString(Key);
        Assert.All(_ledger.Records, record => Assert.True(record.Payload.Span.IndexOf(raw.AsSpan(0, 4)) < 0, $"a key stands in clear in a {record.Type}"));
        Assert.All(_ledger.Records, record => Assert.DoesNotContain("CAFEBABE", Encoding.UTF8.GetString(record.Payload.Span), StringComparison.OrdinalIgnoreCase));
        var again = new KeyRing(_device, _ledger, new FakeTime(_clock), NullLogger.Instance);
        foreach (var record in _ledger.Stored(RecordType.WrappedKey))
        {
            again.Replay(record);
        }

        var found = new byte[32];
        Assert.Equal(16, again.Find(new KeyName("LGZ1030655933512", KeyPurpose.Guek, 1), found));
        Assert.Equal(raw, found[..16]);
        Assert.True(again.Knows("0080E1010203"));
        var audit = AuditRecord.Parse(_ledger.Stored(RecordType.Audit).Single().Payload);
        Assert.Equal(("alice", "meter import", "1 meters more, 0 as before, 3 keys"), (audit.Who, audit.What, audit.After));
    }

    [Theory]
    [InlineData("LGZ1030655933512,,0080E101020,,,,,,,,,", 2, "eui", "11 hex digits are no EUI")]
    [InlineData("LGZ1030655933512,,0080E101020X,,,,,,,,,", 2, "eui", "is no hex")]
    [InlineData(",,0080E1010203,,,,,,,,,", 2, "ldn", "the meter has no name")]
    [InlineData("12Z1030655933512,,,,,,,,,,,", 2, "ldn", "is no logical device name")]
    [InlineData("LGZ1030655933512,,,GWI-1234567-3C-03,,,,,,,,", 2, "mbus", "is no M-Bus identity")]
    [InlineData("LGZ1030655933512,,,,,L4,,,,,,", 2, "phase", "\"L4\" is no phase")]
    [InlineData("LGZ1030655933512,,,,,,idiz,,,,,", 2, "profile", "there are plain, idis, dsmr, prime")]
    [InlineData("LGZ1030655933512,,00124B0001020304,,,,,CAFEBABE,,,,", 2, "psk", "wants 32 hex digits, has 8")]
    [InlineData("LGZ1030655933512,,,,,,,,,CAFEBABE0405060708090A0B0C0D0EZZ,,", 2, "guek", "has 32 characters and not all of them are hex")]
    [InlineData("LGZ1030655933512,,0080E1010203,,,,,CAFEBABE0405060708090A0B0C0D0E0F,,,,", 2, "psk", "psk belongs to G3")]
    [InlineData("LGZ1030655933512,,,,,,,,CAFEBABE0405060708090A0B0C0D0E0F,,,", 2, "duk", "eui holds none")]
    [InlineData("LGZ1030655933512,,,,CAFEBABE0405060708090A0B0C0D0E0F,,,,,,,", 2, "place", "looks like a key")]
    [InlineData("CAFEBABE0405060708090A0B0C0D0E0F1122334455667788,,,,,,,,,,,", 2, "ldn", "what may be a key")]
    [InlineData("LGZ1030655933512,,,", 2, "", "names 12 columns, and this line has 4")]
    [InlineData("LGZ1030655933512,,,,,,,,,,,\nISK1030000000001,,,,,,,,,,,\nLGZ1030655933512,,,,,,,,,,,", 4, "ldn", "stands on line 2 already")]
    [InlineData("LGZ1030655933512,,0080E1010203,,,,,,,,,\nISK1030000000001,,00-80-E1-01-02-03,,,,,,,,,", 3, "eui", "EUI 0080E1010203 stands on line 2 already")]
    [InlineData("LGZ1030655933512,\"sn1,,,,,,,,,,", 2, "", "never closed")]
    public async Task A_fault_is_named_by_line_and_column_no_key_is_repeated_and_nothing_is_imported(string rows, int line, string column, string sentence)
    {
        var report = await ImportAsync(rows + "\n");
        var fault = Assert.Single(report.Findings, finding => finding.IsFault);
        Assert.Equal((line, column), (fault.Line, fault.Column));
        Assert.Contains(sentence, fault.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("CAFEBABE", fault.Sentence, StringComparison.Ordinal);
        Assert.False(report.Imported);
        Assert.Empty(_ledger.Records);
        Assert.Empty(_book.All);
    }

    [Fact]
    public async Task Columns_come_in_any_order_with_semicolons_quotes_and_a_byte_order_mark_and_unknown_ones_are_named()
    {
        var report = await Desk.TakeAsync($"\uFEFFPlace;pallet; LDN ;gak;guek\r\n\"ES;1\";7;lgz1030655933512;{Key};{Other}\r\n\r\n", checkOnly: false, "alice", CancellationToken.None);
        Assert.True(report.Imported, Text(report));
        Assert.Equal("ES;1", _book.Find(MeterId.Parse("LGZ1030655933512"))!.Place);
        Assert.Equal(Key, KeyOf(new KeyName("LGZ1030655933512", KeyPurpose.Gak, 1)));
        var unknown = Assert.Single(report.Findings);
        Assert.Equal((1, "pallet", false), (unknown.Line, unknown.Column, unknown.IsFault));
    }

    [Theory]
    [InlineData("serial,place\nsn1,ES1\n", "names no column ldn")]
    [InlineData("ldn,place,ldn\nA,B,C\n", "columns 1 and 3 have the same name")]
    [InlineData("", "the file is empty")]
    public async Task A_header_line_that_names_no_meters_hinders_all(string text, string sentence)
    {
        var report = await Desk.TakeAsync(text, checkOnly: false, "alice", CancellationToken.None);
        Assert.Contains(sentence, Assert.Single(report.Findings, finding => finding.IsFault).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_or_odd_is_said_and_hinders_nothing()
    {
        var report = await ImportAsync($"QZX1030655933512,SN,00124B0001020304,,ES1,,,,,{Key},,\nLGZ1030655933512,SN,0080E1010203,,ES1,,,,,,,\n");
        Assert.True(report.Imported);
        string[] said = ["ldn maker QZX", "serial serial number SN stands on line 2", "place place ES1 stands on line 2", "psk no PSK of 00124B0001020304", "gak QZX1030655933512 has a GUEK and no GAK", "guek no DLMS key of LGZ1030655933512"];
        Assert.Equal(said.Length, report.Findings.Count);
        Assert.All(said, sentence => Assert.Contains(report.Findings, finding => !finding.IsFault && $"{finding.Column} {finding.Sentence}".StartsWith(sentence, StringComparison.Ordinal)));
        Assert.Null(_book.FindSerial("SN"));
    }

    [Fact]
    public async Task A_list_that_is_given_again_changes_nothing_and_one_that_contradicts_the_book_is_refused()
    {
        const string Row = "LGZ1030655933512,SN1,0080E1010203,,ES1,L1,prime,,,,,\n";
        await ImportAsync(Row);
        var again = await ImportAsync(Row);
        Assert.Equal((true, 0, 1), (again.Imported, again.Added, again.Unchanged));
        var moved = await ImportAsync(Row.Replace("ES1", "ES2", StringComparison.Ordinal) + "ISK1030000000001,,,,,,,,,,,\n");
        Assert.Contains("is in the book with other facts (place)", Assert.Single(moved.Findings, finding => finding.IsFault).Sentence, StringComparison.Ordinal);
        Assert.Null(_book.Find(MeterId.Parse("ISK1030000000001")));
        var stolen = await ImportAsync("ISK1030000000001,,0080E1010203,,,,,,,,,\n");
        Assert.Contains("EUI 0080E1010203 is that of LGZ1030655933512 in the book", Assert.Single(stolen.Findings, finding => finding.IsFault).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_says_all_and_changes_nothing()
    {
        var report = await Desk.TakeAsync(Header + $"LGZ1030655933512,,00124B0001020304,,,,,{Key},,,,\n", checkOnly: true, "alice", CancellationToken.None);
        Assert.Equal((1, 1, false, 0), (report.Rows, report.Added, report.Imported, report.Faults));
        Assert.Empty(_ledger.Records);
        Assert.Empty(_book.All);
        Assert.False(_ring.Knows("00124B0001020304"));
    }

    [Fact]
    public async Task Twenty_thousand_meters_with_four_keys_each_are_one_append_and_take_seconds()
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < 20_000; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"LGZ10306{i:D8},SN{i},00124B00{i:X8},,ES{i},L{(i % 3) + 1},idis,{Key[..24]}{i:X8},,{Key[..24]}{i:X8},{Other[..24]}{i:X8},{i:X8}\n");
        }

        var began = Stopwatch.GetTimestamp();
        var report = await Desk.TakeAsync(text.ToString(), checkOnly: false, "alice", CancellationToken.None);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"{Stopwatch.GetElapsedTime(began)}");
        Assert.True(report.Imported, Text(report));
        Assert.Equal((20_000, 80_000), (report.Added, report.Keys));
        Assert.Equal($"{Key[..24]}00001234", KeyOf(new KeyName("00124B0000001234", KeyPurpose.Psk)));
        var again = new KeyRing(_device, _ledger, new FakeTime(_clock), NullLogger.Instance);
        began = Stopwatch.GetTimestamp();
        foreach (var record in _ledger.Stored(RecordType.WrappedKey))
        {
            again.Replay(record);
        }

        Assert.True(again.Knows("LGZ1030600019999"));
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"a start takes {Stopwatch.GetElapsedTime(began)}");
    }

    [Fact]
    public async Task A_list_full_of_faults_is_counted_and_the_first_are_told()
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < 5000; i++)
        {
            text.Append("LGZ1030655933512,,zz,,,,,,,,,\n");
        }

        var report = await Desk.TakeAsync(text.ToString(), checkOnly: true, "alice", CancellationToken.None);
        Assert.Equal((5000, ShipmentReport.MostFindings, 5000 - ShipmentReport.MostFindings), (report.Faults, report.Findings.Count, report.Further));
    }

    [Fact]
    public void Random_text_gives_findings_and_never_an_exception()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        const string Letters = "ldn,euipsk\"\n\r;\t0aF-:\0ß\uD800,,\n";
        for (var run = 0; run < 2000; run++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(200)).Select(_ => Letters[random.Next(Letters.Length)])]);
            var list = ShipmentFile.Parse((random.Next(2) == 0 ? Header : "") + text, Profiles);
            Assert.True(list.Rows.Count + list.Findings.Count >= 0, $"seed {seed}");
        }
    }

    public void Dispose()
    {
        _book.Dispose();
        _device.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    private async Task<ShipmentReport> ImportAsync(string rows) => await Desk.TakeAsync(Header + rows, checkOnly: false, "alice", CancellationToken.None);

    private string KeyOf(KeyName name)
    {
        var found = new byte[64];
        return Convert.ToHexString(found, 0, _ring.Find(name, found));
    }

    private static string Text(ShipmentReport report) => string.Join('\n', report.Findings.Select(finding => $"{finding.Line} {finding.Column} {finding.Sentence}"));
}
