using Concentrator.Store;
using Concentrator.Store.Books;
using Metering;
using Metering.Ledger;
using Metering.Orders.Records;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Substation.Box;
using System.Security.Cryptography;

namespace Unit.Flows.Store;

/// <summary>Who did what, read back out of the ledger, beside thousands of records that are none of it.</summary>
public sealed class AuditTrailTests
{
    private static readonly MeterId Meter = MeterId.Parse("SIM0000000000001");
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 10, 7, 30, TimeSpan.Zero));

    [Fact]
    public async Task The_newest_come_first_page_by_page_and_none_is_left_out()
    {
        using var ledger = Open(out var stop, out var running);
        for (var number = 1; number <= 5; number++)
        {
            await Append(ledger, [new AuditRecord("alice", "key set", $"{number}", "", "changed").ToRecord(default), .. Enumerable.Repeat(Telegram(), 300)]);
        }

        var trail = new AuditTrail(ledger);
        var (first, newest) = (trail.Newest(2, ulong.MaxValue), new List<string>());
        newest.AddRange(first.Select(line => line.Subject));
        for (var page = first; page.Count > 0; newest.AddRange(page.Select(line => line.Subject)))
        {
            page = trail.Newest(2, page[^1].Sequence);
        }

        Assert.Equal(["5", "4", "3", "2", "1"], newest);
        Assert.Equal(("alice", "key set", "changed"), (first[0].Who, first[0].What, first[0].After));
        Assert.Empty(trail.Newest(10, 1));
        Assert.Empty(trail.Newest(10, 0));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task What_passed_through_to_a_meter_stands_there_with_tag_length_and_hash_and_without_what_it_says()
    {
        using var ledger = Open(out var stop, out var running);
        var passed = new PassedApdus("hes: client 1", Meter, [PassedApdu.Of(true, [0xC8, 1, 2, 3]), PassedApdu.Of(false, [0xCC, 9])]);
        await Append(ledger, passed.ToRecord(default));
        var line = Assert.Single(new AuditTrail(ledger).Newest(10, ulong.MaxValue));
        Assert.Equal(("hes: client 1", "apdus passed", Meter.Text), (line.Who, line.What, line.Subject));
        Assert.Equal($"to the meter C8 4 octets {Begin([0xC8, 1, 2, 3])}, from the meter CC 2 octets {Begin([0xCC, 9])}", line.After);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Notes_of_APDUs_are_read_back_as_they_were_and_no_more_of_them_than_a_record_holds()
    {
        var passed = new PassedApdus("hes: client 1", Meter, [.. Enumerable.Range(0, PassedApdus.Most).Select(number => PassedApdu.Of(number % 2 == 0, [(byte)number, 7]))]);
        var record = passed.ToRecord(default);
        Assert.Equal((RecordType.PassedApdus, RecordClass.None), (record.Type, record.Class));
        Assert.True(record.Payload.Length <= RecordHeader.MaxPayload);
        var again = PassedApdus.Parse(record.Payload);
        Assert.Equal((passed.Who, passed.Meter), (again.Who, again.Meter));
        Assert.Equal(passed.Apdus.Select(Text), again.Apdus.Select(Text));
        Assert.ThrowsAny<InvalidDataException>(() => PassedApdus.Parse((passed with { Apdus = [.. passed.Apdus, passed.Apdus[0]] }).ToRecord(default).Payload));
    }

    private static string Begin(byte[] apdu) => Convert.ToHexStringLower(SHA256.HashData(apdu))[..16];

    private static string Text(PassedApdu apdu) => $"{apdu.ToMeter} {apdu.Tag:X2} {apdu.Octets} {Convert.ToHexString(apdu.Hash.Span)}";

    private static NewRecord Telegram() => new(RecordType.Telegram, RecordClass.Reading, default, new byte[40]);

    private async Task Append(Ledger ledger, params NewRecord[] records)
    {
        var append = ledger.AppendAsync(records, Urgency.Order, CancellationToken.None).AsTask();
        Assert.True(await _clock.AdvanceUntilAsync(() => append.IsCompleted, TimeSpan.FromMilliseconds(500)));
        await append;
    }

    private Ledger Open(out CancellationTokenSource stop, out Task running)
    {
        var ledger = new Ledger(new LedgerOptions { SegmentOctets = 64 * 1024 }, new CrashFiles(new Random(1)), new FakeTime(_clock), _clock, NullLogger.Instance);
        stop = new CancellationTokenSource();
        running = ledger.RunAsync(stop.Token);
        return ledger;
    }
}
