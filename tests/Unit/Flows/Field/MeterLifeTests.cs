using Concentrator.Field;
using Concentrator.Ports;
using Concentrator.Store.Books;
using Metering;
using Metering.Driver;
using Metering.Ledger;
using Metering.Orders;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Field;

/// <summary>A meter from the day it is expected to the day it is retired.</summary>
public sealed class MeterLifeTests : IDisposable
{
    private static readonly MeterId Old = MeterId.Parse("LGZ1030655933512"), New = MeterId.Parse("ISK1030000000001"), Gas = MeterId.Parse("GWI-12345678-3C-03");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly ListLedger _ledger = new();
    private readonly FakeTime _time;
    private readonly MeterLifeBook _book;
    private readonly HashSet<MeterId> _heard = [];
    private IReadOnlyList<FinalValue> _finals = [];

    public MeterLifeTests()
    {
        _time = new FakeTime(_clock);
        _book = new MeterLifeBook(_ledger, _time);
    }

    private MeterLifeDesk Desk => new(_book, _heard.Contains, (_, _, _) => ValueTask.FromResult(_finals), _time);

    [Fact]
    public void Every_field_of_a_life_comes_back_from_the_books()
    {
        var life = new MeterLifeRecord(Old, MeterStage.Exchanged)
        {
            Eui = "0080E1010203", Serial = "LGZ0012345678", MBus = Gas, Place = "ES0021000000001234AB", Phase = "L2", Profile = "prime", ExpectedAt = At(1), JoinedAt = At(2), EndedAt = At(3),
            Predecessor = MeterId.Parse("LGZ0000000000001"), Successor = New, Final = [new FinalValue("K/reg/o:1/0", "3/1-0:1.8.0*255/2.0", "2026-11-24T00:00Z", "-12", -3, "Wh", 17, "ab")],
        };
        var back = MeterLifeRecord.Parse(life.ToPayload());
        Assert.Equal(life.Final, back.Final);
        Assert.Equal(life, back with { Final = life.Final });
        var bare = new MeterLifeRecord(Old, MeterStage.Expected);
        Assert.Equal(bare, MeterLifeRecord.Parse(bare.ToPayload()) with { Final = bare.Final });
    }

    [Fact]
    public void A_life_of_a_newer_version_is_refused_and_nothing_too_long_is_written()
    {
        var payload = new MeterLifeRecord(Old, MeterStage.Retired).ToPayload();
        payload[17] = 9; // the stage, behind the id
        Assert.Throws<InvalidDataException>(() => MeterLifeRecord.Parse(payload));
        for (var length = 0; length < payload.Length - 1; length++)
        {
            Assert.Throws<InvalidDataException>(() => MeterLifeRecord.Parse(payload.AsMemory(0, length)));
        }

        Assert.Throws<ArgumentException>(() => new MeterLifeRecord(Old, MeterStage.Expected) { Place = new string('A', 65) }.ToPayload());
    }

    [Fact]
    public async Task An_expected_meter_is_found_by_EUI_and_by_serial_number_in_any_case_and_a_serial_that_two_have_finds_none()
    {
        await ExpectAsync(Old, eui: "0080E1010203", serial: "SN1");
        await ExpectAsync(New, serial: "SN2");
        await ExpectAsync(MeterId.Parse("ISK1030000000002"), serial: "SN3");
        await ExpectAsync(MeterId.Parse("ISK1030000000003"), serial: "SN3");
        var admission = new Admission(_book, acceptsUnknown: false);
        Assert.Equal(Old, admission.Find(" 0080e1010203 ", null)!.Meter);
        Assert.Equal(New, admission.Find("0080E1FFFFFF", " sn2 ")!.Meter);
        Assert.Null(admission.Find("0080E1FFFFFF", "SN3"));
        Assert.Null(admission.Find("0080E1FFFFFF", "SN1")); // its EUI is known, and it is another one
        Assert.Null(admission.Find("0080E1FFFFFF", null));
        Assert.Equal(4, admission.All.Count);
        Assert.False(admission.AcceptsUnknown);
    }

    [Fact]
    public async Task The_version_counts_up_with_each_change_and_a_retired_meter_is_admitted_no_more()
    {
        await ExpectAsync(Old, eui: "0080E1010203");
        var admission = new Admission(_book, acceptsUnknown: true);
        var (version, _) = (admission.Version, admission.All);
        Assert.Null((await Desk.RetireAsync(Old, "alice", CancellationToken.None)).Refusal);
        Assert.True(admission.Version > version);
        Assert.Empty(admission.All);
        Assert.Null(admission.Find("0080E1010203", null));
        Assert.Contains("is retired since 2026-11-24", (await Desk.RetireAsync(Old, "alice", CancellationToken.None)).Refusal, StringComparison.Ordinal);
        await ExpectAsync(New, eui: "0080E1010203"); // the node may serve another meter now
        Assert.Equal(New, admission.Find("0080E1010203", null)!.Meter);
    }

    [Fact]
    public async Task An_exchange_keeps_both_under_one_place_and_the_final_reading_with_its_proof()
    {
        await ExpectAsync(Old, place: "ES0021", phase: "L3");
        _finals = [new FinalValue($"{Old}/reg/o:1/0", "3/1-0:1.8.0*255/2.0", null, "4711", 0, "Wh", 99, new string('a', 64))];
        var answer = await Desk.ExchangeAsync(Old, New, null, "alice", CancellationToken.None);
        Assert.Null(answer.Refusal);
        var (gone, here) = (_book.Find(Old)!, _book.Find(New)!);
        Assert.Equal((MeterStage.Exchanged, New, "ES0021"), (gone.Stage, gone.Successor, gone.Place));
        Assert.Equal((MeterStage.Expected, Old, "ES0021", "L3"), (here.Stage, here.Predecessor, here.Place, here.Phase));
        Assert.Equal(_finals, gone.Final);
        var replayed = Replayed();
        Assert.Equal("4711", replayed.Find(Old)!.Final[0].Value);
        Assert.Equal(Old, replayed.Find(New)!.Predecessor);
        Assert.Contains("was exchanged already", (await Desk.ExchangeAsync(Old, MeterId.Parse("ISK1030000000009"), null, "alice", CancellationToken.None)).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exchange_that_makes_no_sense_is_refused_in_a_sentence_and_changes_nothing()
    {
        await ExpectAsync(Old, place: "ES0021");
        await ExpectAsync(New, place: "ES0099");
        var records = _ledger.Records.Count;
        Assert.Contains("its own place", (await Desk.ExchangeAsync(Old, Old, null, "alice", CancellationToken.None)).Refusal, StringComparison.Ordinal);
        Assert.Contains("is expected at ES0099", (await Desk.ExchangeAsync(Old, New, null, "alice", CancellationToken.None)).Refusal, StringComparison.Ordinal);
        var unknown = await Desk.ExchangeAsync(MeterId.Parse("XXX0000000000000"), New, null, "alice", CancellationToken.None);
        Assert.True(unknown.IsUnknown);
        Assert.Contains("was never expected nor heard here", unknown.Refusal, StringComparison.Ordinal);
        Assert.Equal(records, _ledger.Records.Count);
    }

    [Fact]
    public async Task A_meter_that_was_only_heard_can_be_exchanged_and_retired()
    {
        _heard.Add(Gas);
        Assert.Null((await Desk.ExchangeAsync(Gas, MeterId.Parse("GWI-12345679-3C-03"), At(5), "alice", CancellationToken.None)).Refusal);
        Assert.Equal(At(5), _book.Find(Gas)!.EndedAt);
        _heard.Add(Old);
        Assert.Null((await Desk.RetireAsync(Old, "alice", CancellationToken.None)).Refusal);
        Assert.True((await Desk.RetireAsync(MeterId.Parse("XXX0000000000000"), "alice", CancellationToken.None)).IsUnknown);
    }

    [Requirement("E7")]
    [Fact]
    public async Task Each_change_is_audited_with_the_name_of_who_made_it()
    {
        await ExpectAsync(Old, place: "ES0021");
        await ExpectAsync(Old, phase: "L1");
        await Desk.ExchangeAsync(Old, New, null, "bob", CancellationToken.None);
        await Desk.RetireAsync(New, "carol", CancellationToken.None);
        var audits = _ledger.Stored(RecordType.Audit).Select(record => AuditRecord.Parse(record.Payload)).ToList();
        Assert.Equal(["alice meter expect", "alice meter expect", "bob meter exchange", "carol meter retire"], audits.Select(audit => $"{audit.Who} {audit.What}"));
        Assert.Equal(("stage=expected place=ES0021", "stage=expected place=ES0021 phase=L1"), (audits[1].Before, audits[1].After));
    }

    [Fact]
    public async Task An_EUI_and_an_MBus_identity_belong_to_one_meter()
    {
        await ExpectAsync(Old, eui: "0080E1010203", mbus: Gas);
        Assert.Contains("EUI 0080E1010203 is that of LGZ1030655933512", (await Desk.ExpectAsync(Facts(New, eui: "0080E1010203"), "alice", CancellationToken.None)).Refusal, StringComparison.Ordinal);
        Assert.Contains("M-Bus identity", (await Desk.ExpectAsync(Facts(New, mbus: Gas), "alice", CancellationToken.None)).Refusal, StringComparison.Ordinal);
        Assert.Equal(Old, _book.Find(Gas)!.Meter);
    }

    [Fact]
    public async Task The_live_state_gives_the_book_back_after_a_segment_change()
    {
        await ExpectAsync(Old, eui: "0080E1010203", place: "ES0021");
        await Desk.ExchangeAsync(Old, New, null, "alice", CancellationToken.None);
        var next = new MeterLifeBook(_ledger, _time);
        foreach (var record in _book.LiveState())
        {
            next.Replay(new StoredRecord(1, record.Type, record.Class, record.Time, record.Payload));
        }

        Assert.Equal(_book.All.Select(life => life with { Final = [] }), next.All.Select(life => life with { Final = [] }));
    }

    [Fact]
    public async Task A_meter_has_joined_when_it_joins_a_network_when_it_is_heard_and_when_it_is_named_after_it_was_heard()
    {
        var registry = new MeterRegistry(_ => true, _ => true, TimeSpan.Zero, _time, id => _book.Find(id)?.Place);
        var reach = new MeterReach();
        using var stop = new CancellationTokenSource();
        await ExpectAsync(Old);
        await ExpectAsync(New, mbus: Gas);
        Hear(registry, MeterId.Parse("ISK1030000000007"));
        var running = new MeterArrivals(_book, registry, reach, _time, NullLogger.Instance).RunAsync(stop.Token);
        reach.Join(Old, new Silent());
        Assert.True(await Patience.UntilAsync(() => _book.Find(Old)!.Stage == MeterStage.Joined));
        Assert.Equal(MeterStage.Expected, _book.Find(New)!.Stage);
        Hear(registry, Gas);
        Assert.True(await Patience.UntilAsync(() => _book.Find(New)!.Stage == MeterStage.Joined));
        Assert.Equal(At(0), _book.Find(New)!.JoinedAt);
        await ExpectAsync(MeterId.Parse("ISK1030000000007"), place: "ES7");
        Assert.True(await Patience.UntilAsync(() => _book.Find(MeterId.Parse("ISK1030000000007"))!.Stage == MeterStage.Joined));
        Assert.Equal("ES7", registry.Find(MeterId.Parse("ISK1030000000007"))!.Place);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task With_accept_listed_a_meter_counts_from_the_moment_it_is_named_until_it_is_retired()
    {
        var registry = new MeterRegistry(id => _book.Find(id) is { IsOpen: true }, _ => false, TimeSpan.Zero, _time);
        _book.Changed += registry.Reconsider;
        Assert.False(registry.Meet(Old, "electricity", _time.Now, out _)!.Accepted);
        Assert.Equal(0, registry.AcceptedCount);
        await ExpectAsync(Old);
        Assert.True(registry.EntryOf(Old)!.Accepted);
        Assert.Equal(1, registry.AcceptedCount);
        await Desk.RetireAsync(Old, "alice", CancellationToken.None);
        Assert.False(registry.EntryOf(Old)!.Accepted);
        Assert.Equal(0, registry.AcceptedCount);
    }

    public void Dispose() => _book.Dispose();

    /// <summary>A driver that reaches meters and does nothing.</summary>
    private sealed class Silent : IMeterDriver
    {
        public DriverFacts Facts { get; } = new("plc0", "prime", "PRIME", false, new HashSet<OrderKind> { OrderKind.Read });

        public IAsyncEnumerable<DriverEvent> RunAsync(CancellationToken stop) => throw new NotSupportedException();

        public IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, CancellationToken stop) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private void Hear(MeterRegistry registry, MeterId meter)
    {
        registry.Meet(meter, "gas", _time.Now, out _)!.Hear(_time.Now, "radio0", null, true, "clear", null);
        registry.Changed(meter);
    }

    private async Task ExpectAsync(MeterId meter, string? eui = null, string? serial = null, string? place = null, string? phase = null, MeterId mbus = default) =>
        Assert.Null((await Desk.ExpectAsync(Facts(meter, eui, serial, place, phase, mbus), "alice", CancellationToken.None)).Refusal);

    private static MeterFacts Facts(MeterId meter, string? eui = null, string? serial = null, string? place = null, string? phase = null, MeterId mbus = default) => new(meter, eui, serial, mbus, place, phase, null);

    private static DateTime At(int minute) => new(2026, 11, 24, 8, minute, 0, DateTimeKind.Utc);

    private MeterLifeBook Replayed()
    {
        var book = new MeterLifeBook(_ledger, _time);
        foreach (var record in _ledger.Stored(RecordType.MeterLife))
        {
            book.Replay(record);
        }

        return book;
    }
}
