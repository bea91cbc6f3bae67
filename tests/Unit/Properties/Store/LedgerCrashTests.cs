using Concentrator.Store;
using Concentrator.Store.Ledgers;
using Metering;
using Metering.Ledger;
using Substation.Box;

namespace Unit.Properties.Store;

public class LedgerCrashTests
{
    internal const int Seed = 20261124;

    [Fact]
    public void Nothing_acknowledged_is_lost_at_1000_power_cuts() => RunSeeds(1000, failures: false);

    [Fact]
    public void The_same_campaign_finds_the_loss_when_records_are_acknowledged_before_the_sync() =>
        Assert.Contains("seed", Assert.ThrowsAny<Exception>(() => RunSeeds(1000, failures: false, acknowledgeBeforeSync: true)).Message);

    [Fact]
    public void Nothing_acknowledged_is_lost_when_a_call_fails_and_the_power_goes_later() => RunSeeds(500, failures: true);

    /// <summary>Runs seeds; gives how many acknowledged records were found again.</summary>
    internal static long RunSeeds(int runs, bool failures, bool acknowledgeBeforeSync = false)
    {
        long found = 0;
        for (var run = 0; run < runs; run++)
        {
            var seed = Seed + run;
            try
            {
                found += RunOne(new Random(seed), failures, acknowledgeBeforeSync);
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e.Message}");
            }
        }

        return found;
    }

    private static long RunOne(Random random, bool failures, bool acknowledgeBeforeSync)
    {
        var disk = new CrashFiles(random);
        var model = new Acknowledged();
        for (var life = 0; life < 3; life++)
        {
            disk.CutAt = disk.Calls + random.Next(3, 120);
            disk.FailAt = failures ? disk.Calls + random.Next(3, 80) : int.MaxValue;
            try
            {
                Live(disk, model, random, acknowledgeBeforeSync);
            }
            catch (PowerCutException)
            {
                // The life ends here; what was acknowledged must be found in the next one.
            }

            disk = disk.AfterPowerCut(random);
            model.MustAllBeIn(new Logs(disk));
        }

        return model.Count;
    }

    private static void Live(CrashFiles disk, Acknowledged model, Random random, bool acknowledgeBeforeSync)
    {
        Logs logs;
        try
        {
            logs = new Logs(disk);
        }
        catch (IOException)
        {
            return; // the service does not start on a disk that cannot be read; the next life tries again
        }

        for (var commit = 0; commit < 60; commit++)
        {
            var records = Enumerable.Range(0, random.Next(1, 6)).Select(_ => NewRecord(random)).ToArray();
            model.Attempt(records);
            try
            {
                logs.Writer.Commit([new CommitRequest(records, TimeSpan.Zero, mayBeHeld: false)], acknowledgeBeforeSync ? () => model.Take(records) : null);
                model.Take(records);
                logs.Remember(records);
            }
            catch (IOException)
            {
                // Not acknowledged: it may be there or not.
            }
        }
    }

    private static NewRecord NewRecord(Random random)
    {
        var payload = new byte[random.Next(12, 900)];
        random.NextBytes(payload);
        var time = new BoxTime(new DateTime(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc), TimeQuality.Synchronised, 1, 7);
        if (random.Next(3) > 0)
        {
            return new NewRecord(RecordType.Telegram, RecordClass.Reading, time, payload);
        }

        payload[0] = (byte)random.Next(8); // the name of the live value
        return new NewRecord(RecordType.DriverMemory, RecordClass.None, time, payload);
    }

    /// <summary>What was acknowledged: every telegram, and the last value of each name in the books.</summary>
    private sealed class Acknowledged
    {
        private readonly HashSet<string> _telegrams = [];

        /// <summary>Per name the acknowledged value and those attempted after it, of which nobody was told.</summary>
        private readonly Dictionary<byte, List<string>> _live = [];

        internal void Attempt(NewRecord[] records)
        {
            foreach (var record in records.Where(record => record.Log == LogKind.Books))
            {
                if (!_live.TryGetValue(record.Payload.Span[0], out var values))
                {
                    _live[record.Payload.Span[0]] = values = [""];
                }

                values.Add(Convert.ToHexString(record.Payload.Span));
            }
        }

        internal void Take(NewRecord[] records)
        {
            foreach (var record in records)
            {
                var hex = Convert.ToHexString(record.Payload.Span);
                if (record.Type == RecordType.Telegram)
                {
                    _telegrams.Add(hex);
                }
                else
                {
                    var values = _live[record.Payload.Span[0]];
                    values.RemoveRange(0, Math.Max(0, values.IndexOf(hex)));
                }
            }
        }

        internal int Count => _telegrams.Count;

        internal void MustAllBeIn(Logs logs)
        {
            Assert.Empty(logs.Damages);
            var found = RecordReader.ReadAll(logs.Bulk, 0, ulong.MaxValue).ToList();
            Assert.Empty(logs.Damages);
            Assert.Empty(_telegrams.Except(found.Select(record => Convert.ToHexString(record.Payload.Span))));
            var sequences = found.Select(record => record.Sequence).ToList();
            Assert.Equal(sequences.Order().Distinct(), sequences);
            foreach (var (name, allowed) in _live)
            {
                Assert.Contains(logs.LiveState.GetValueOrDefault(name, ""), allowed);
            }
        }
    }

    private sealed class Logs
    {
        private static readonly LedgerOptions Options = new() { SegmentOctets = 16 * 1024 };

        internal Logs(CrashFiles disk)
        {
            var pool = new SegmentPool(disk, Options.SegmentOctets);
            Books = new SegmentLog(LogKind.Books, disk, pool);
            Bulk = new SegmentLog(LogKind.Bulk, disk, pool);
            LiveState = RecordReader.ReadAll(Books, Books.NewestSegmentStart, ulong.MaxValue)
                .GroupBy(record => record.Payload.Span[0]).ToDictionary(group => group.Key, group => Convert.ToHexString(group.Last().Payload.Span));
            Writer = new LedgerWriter(Books, Bulk, () => false, Snapshot);
        }

        internal SegmentLog Books { get; }

        internal SegmentLog Bulk { get; }

        internal LedgerWriter Writer { get; }

        internal Dictionary<byte, string> LiveState { get; }

        internal IEnumerable<string> Damages => Books.Damages.Concat(Bulk.Damages);

        internal void Remember(NewRecord[] records)
        {
            foreach (var record in records.Where(record => record.Log == LogKind.Books))
            {
                LiveState[record.Payload.Span[0]] = Convert.ToHexString(record.Payload.Span);
            }
        }

        private List<NewRecord> Snapshot() =>
            [.. LiveState.Values.Select(value => new NewRecord(RecordType.DriverMemory, RecordClass.None, default, Convert.FromHexString(value)))];
    }
}
