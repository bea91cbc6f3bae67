using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>
/// When a key arrives, takes the kept telegrams of its meter that could not be decoded and decodes them again, oldest first. Each that gives readings becomes a record
/// of its own that names the first one; the row's identity is the telegram's, so doing it twice harms nobody.
/// </summary>
/// <param name="receive">Decodes one telegram, as the driver would; replays are not judged again, their order in the ledger is the order they were heard in.</param>
internal sealed class LateDecoder(
    ILedger ledger, ILedgerReader reader, IKeyRing keys, Func<IReadOnlySet<string>> devices, Func<ReadOnlyMemory<byte>, LinkFacts, BoxTime, IReadOnlyList<DriverEvent>> receive,
    TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);
    private IReadOnlySet<string> _known = new HashSet<string>();

    internal async Task RunAsync(CancellationToken stop)
    {
        _known = devices();
        var version = keys.Version;
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (keys.Version != version)
            {
                version = keys.Version;
                await DecodeAsync(stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Goes through the kept telegrams once. All of them, not only the new key's: a key may also have been corrected.</summary>
    internal async Task DecodeAsync(CancellationToken stop)
    {
        _known = devices();
        var done = DecodedBefore();
        var (tried, decoded) = (0, 0);
        foreach (var record in Walk(RecordClass.None))
        {
            if (record.Type != RecordType.Telegram || done.Contains(record.Sequence))
            {
                continue;
            }

            var kept = LedgerRecord.Parse(record.Time, record.Payload);
            if (!_known.Contains(kept.Meter.Text))
            {
                continue;
            }

            tried++;
            var telegrams = receive(kept.Raw.Octets, kept.Raw.Link, record.Time).Select(taken => taken switch
            {
                DriverEvent.ReadingsTaken one => new LedgerRecord(one.Block.Meter, one.Raw, one.Security, one.Block, null, DecodedFrom: record.Sequence),
                DriverEvent.Pushed { Block: { } block } one => new LedgerRecord(block.Meter, one.Raw, one.Security, block, null, DecodedFrom: record.Sequence),
                _ => null,
            }).OfType<LedgerRecord>().Select(one => new NewRecord(RecordType.Telegram, RecordClass.Reading, record.Time, one.ToPayload())).ToList();
            if (telegrams.Count > 0)
            {
                decoded++;
                await ledger.AppendAsync(telegrams, Urgency.OnDemand, stop).ConfigureAwait(false);
            }
        }

        if (tried > 0)
        {
            log.DecodedLater(decoded, tried);
        }
    }

    private HashSet<ulong> DecodedBefore()
    {
        var done = new HashSet<ulong>();
        foreach (var record in Walk(RecordClass.Reading))
        {
            if (record.Type == RecordType.Telegram && LedgerRecord.Parse(record.Time, record.Payload).DecodedFrom is > 0 and var first)
            {
                done.Add(first);
            }
        }

        return done;
    }

    private IEnumerable<StoredRecord> Walk(RecordClass recordClass) => reader.Walk(1, reader.DurableSequence, recordClass);
}
