using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Concentrator.Security;
using Concentrator.Security.Issued;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Security;

/// <summary>Ownership lists: only a newer one whose signature holds changes anything.</summary>
public sealed class OwnershipTests : IDisposable
{
    private const string Meter = "LGZ1030655933512";
    private static readonly MeterId Id = MeterId.Parse(Meter);
    private readonly string _folder = Directory.CreateTempSubdirectory("owner").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly ListLedger _ledger = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256), _stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly OwnershipLists _lists;

    public OwnershipTests()
    {
        File.WriteAllText(Path.Combine(_folder, "hes-1.pem"), _key.ExportSubjectPublicKeyInfoPem());
        _lists = Lists();
    }

    [Requirement("I-L")]
    [Fact]
    public async Task A_meter_of_another_box_is_owned_elsewhere_one_of_ours_or_of_nobody_is_not()
    {
        await TakeAsync(SignedList.Of(_key, 3, $"{SignedList.Entry(Meter, "dc-0002")},{SignedList.Entry("ISK1030000000001", "dc-0001")}"));
        Assert.True(_lists.IsOwnedElsewhere(Id, out var box));
        Assert.Equal("dc-0002", box);
        Assert.False(_lists.IsOwnedElsewhere(MeterId.Parse("ISK1030000000001"), out _));
        Assert.False(_lists.IsOwnedElsewhere(MeterId.Parse("ISK1030000000002"), out _));
        Assert.Equal((3L, "hes-1", 2, 1, 1L, 0L), (_lists.View.Version!.Value, _lists.View.KeyId, _lists.View.Meters, _lists.View.Elsewhere, _lists.View.Accepted, _lists.View.Refused));
    }

    [Fact]
    public async Task The_order_of_members_and_blanks_does_not_matter()
    {
        var signed = SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002"));
        var signature = signed[signed.IndexOf("\"signature\"", StringComparison.Ordinal)..^1];
        await TakeAsync($$"""{ {{signature}}, "version" : 3.0e0, "meters": [ {"meter":"{{Meter}}", "box":"dc\u002d0002"} ], "keyId":"hes-1", "issuedAt":"2026-11-24T08:00:00Z" }""");
        Assert.True(_lists.View.Refusal is "version wants a whole number below 2^53" || _lists.IsOwnedElsewhere(Id, out _), _lists.View.Refusal);
        await TakeAsync($$"""{ {{signature}}, "version" : 3, "meters": [ {"meter":"{{Meter}}", "box":"dc\u002d0002"} ], "keyId":"hes-1", "issuedAt":"2026-11-24T08:00:00Z" }""");
        Assert.True(_lists.IsOwnedElsewhere(Id, out _), _lists.View.Refusal);
    }

    [Fact]
    public async Task The_example_of_the_documentation_which_openssl_signed_holds()
    {
        using var lists = new OwnershipLists(
            "dc-0001", new Issuers([new Issuer("hes-1", Path.Combine(MessageSchemas.Folder("."), "example-key.pem"), ["owner"])]), _ledger, new FakeTime(_clock), _clock, NullLogger.Instance);
        await lists.TakeAsync("main", await File.ReadAllBytesAsync(Path.Combine(MessageSchemas.Folder("examples"), "owner.json")), CancellationToken.None);
        Assert.Null(lists.View.Refusal);
        Assert.Equal(7, lists.View.Version);
    }

    [Requirement("I-N")]
    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    public async Task A_lower_or_equal_version_is_refused_counted_and_audited(long version)
    {
        await TakeAsync(SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002")));
        await TakeAsync(SignedList.Of(_key, version, SignedList.Entry(Meter, "dc-0001")));
        Refused($"version {version} is not newer than 3");
        Assert.True(_lists.IsOwnedElsewhere(Id, out _));
    }

    [Fact]
    public async Task The_list_in_force_that_a_broker_gives_again_is_neither_taken_nor_refused()
    {
        var list = SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002"));
        await TakeAsync(list);
        var records = _ledger.Records.Count;
        await TakeAsync(list);
        Assert.Equal(records, _ledger.Records.Count);
        Assert.Equal((1L, 0L), (_lists.View.Accepted, _lists.View.Refused));
    }

    [Requirement("I-N")]
    [Fact]
    public async Task A_list_that_was_changed_or_signed_by_somebody_else_or_by_an_unknown_key_is_refused()
    {
        await TakeAsync(SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002")).Replace("dc-0002", "dc-0003", StringComparison.Ordinal));
        Refused("the signature does not hold under key hes-1");
        await TakeAsync(SignedList.Of(_stranger, 3, SignedList.Entry(Meter, "dc-0002")));
        Refused("the signature does not hold under key hes-1");
        await TakeAsync(SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002"), keyId: "hes-9"));
        Refused("key hes-9 is not known here");
        await TakeAsync(SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002"), kid: "hes-9"));
        Refused("the signature names key hes-9, and the message hes-1");
        await TakeAsync(SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002"), algorithm: "none"));
        Refused("the signature is none; ES256 is wanted");
        Assert.Equal(5, _lists.View.Refused);
        Assert.Equal(5, _ledger.Stored(RecordType.Audit).Count(record => AuditRecord.Parse(record.Payload).What == "owner refused"));
        Assert.False(_lists.IsOwnedElsewhere(Id, out _));
    }

    [Fact]
    public async Task An_issuer_that_may_sign_other_things_only_is_refused()
    {
        using var lists = Lists("read", "write");
        await lists.TakeAsync("main", Encoding.UTF8.GetBytes(SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002"))), CancellationToken.None);
        Assert.Contains("may not sign owner", lists.View.Refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the message is empty")]
    [InlineData("no json", "is no JSON")]
    [InlineData("[]", "is no object")]
    [InlineData("{\"version\":1}", "signature is missing")]
    [InlineData("{\"version\":-1}", "version wants")]
    [InlineData("{\"version\":9007199254740993}", "version wants")]
    [InlineData("{\"version\":1,\"version\":2}", "stands twice")]
    [InlineData("{\"version\":1,\"issuedAt\":\"2026-11-24T08:00:00Z\",\"keyId\":\"hes-1\",\"signature\":\"x\"}", "meters is missing")]
    [InlineData("{\"version\":1,\"issuedAt\":\"2026-11-24T08:00:00Z\",\"keyId\":\"hes-1\",\"signature\":\"x\",\"meters\":[{\"meter\":\"a\",\"box\":\"b\"}]}", "entry 1 of meters")]
    [InlineData("{\"version\":1,\"issuedAt\":\"2026-11-24T08:00:00Z\",\"keyId\":\"hes-1\",\"signature\":\"x\",\"meters\":[{\"meter\":\"LGZ1\",\"box\":\"b\"},{\"meter\":\"LGZ1\",\"box\":\"c\"}]}", "stands twice in meters")]
    [InlineData("{\"version\":1,\"issuedAt\":\"2026-11-24T08:00:00Z\",\"keyId\":\"hes-1\",\"signature\":\"x\",\"meters\":[]}", "is no detached JWS")]
    [InlineData("{\"version\":1,\"issuedAt\":\"2026-11-24T08:00:00Z\",\"keyId\":\"hes-1\",\"signature\":\"!..AA\",\"meters\":[]}", "no base64url")]
    public async Task What_is_malformed_is_refused_in_a_sentence(string body, string sentence)
    {
        await TakeAsync(body);
        Refused(sentence);
    }

    [Fact]
    public async Task The_list_in_force_outlives_a_restart_and_a_segment_change()
    {
        await TakeAsync(SignedList.Of(_key, 3, SignedList.Entry(Meter, "dc-0002")));
        using var next = Lists();
        foreach (var record in _lists.LiveState())
        {
            next.Replay(new Concentrator.Ports.StoredRecord(1, record.Type, record.Class, record.Time, record.Payload));
        }

        Assert.True(next.IsOwnedElsewhere(Id, out var box));
        Assert.Equal("dc-0002", box);
        await next.TakeAsync("main", Encoding.UTF8.GetBytes(SignedList.Of(_key, 2, "")), CancellationToken.None);
        Assert.Contains("version 2 is not newer than 3", next.View.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whose_owner_changed_is_told_and_nobody_else()
    {
        var told = new List<string>();
        _lists.Changed += meter => told.Add(meter.Text);
        await TakeAsync(SignedList.Of(_key, 1, $"{SignedList.Entry(Meter, "dc-0002")},{SignedList.Entry("ISK1030000000001", "dc-0001")}"));
        Assert.Equal([Meter], told);
        await TakeAsync(SignedList.Of(_key, 2, SignedList.Entry("ISK1030000000001", "dc-0001")));
        Assert.Equal([Meter, Meter], told);
    }

    [Fact]
    public async Task Refusals_without_end_do_not_fill_the_books()
    {
        for (var i = 0; i < 1000; i++)
        {
            await TakeAsync(i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Equal(100, _ledger.Records.Count);
        Assert.Equal(1000, _lists.View.Refused);
        _clock.Advance(TimeSpan.FromMinutes(61));
        await TakeAsync("x");
        Assert.Equal(101, _ledger.Records.Count);
    }

    [Fact]
    public async Task Twenty_thousand_meters_fit_and_more_than_a_record_holds_is_refused()
    {
        string Entries(int count, string maker) => string.Join(',', Enumerable.Range(0, count).Select(i => SignedList.Entry(string.Create(CultureInfo.InvariantCulture, $"{maker}{i:D8}"), i % 2 == 0 ? "dc-0001" : "dc-0002")));
        await TakeAsync(SignedList.Of(_key, 1, Entries(20_000, "LGZ10306")));
        Assert.Equal((null, 10_000), (_lists.View.Refusal, _lists.View.Elsewhere));
        await TakeAsync(SignedList.Of(_key, 2, Entries(40_000, "LGZ10306000000000000")));
        Refused("more than a record of the books holds");
    }

    public void Dispose()
    {
        _lists.Dispose();
        _key.Dispose();
        _stranger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private OwnershipLists Lists(params string[] orders) => new(
        "dc-0001", new Issuers([new Issuer("hes-1", Path.Combine(_folder, "hes-1.pem"), orders.Length == 0 ? ["*"] : orders)]), _ledger, new FakeTime(_clock), _clock, NullLogger.Instance);

    private ValueTask TakeAsync(string body) => _lists.TakeAsync("main", Encoding.UTF8.GetBytes(body), CancellationToken.None);

    private void Refused(string sentence)
    {
        Assert.Contains(sentence, _lists.View.Refusal, StringComparison.Ordinal);
        var audit = AuditRecord.Parse(_ledger.Stored(RecordType.Audit).Last().Payload);
        Assert.Equal(("main", "owner refused"), (audit.Who, audit.What));
        Assert.Contains(sentence, audit.Subject, StringComparison.Ordinal);
    }
}
