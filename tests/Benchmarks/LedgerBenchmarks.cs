using BenchmarkDotNet.Attributes;
using Concentrator.Store.Files;
using Concentrator.Store.Ledgers;
using Metering;
using Metering.Ledger;

namespace Benchmarks;

/// <summary>
/// Promise S4: the ledger against a raw CRC segment log that writes the same payload with the same syncs, on the same directory.
/// One operation is a batch of 500 readings: 72 telegram records of 7 readings each.
/// </summary>
[MemoryDiagnoser]
public class LedgerBenchmarks
{
    private const int Records = 72, PayloadOctets = 230, SegmentOctets = 4 * 1024 * 1024;
    private readonly string _directory = Directory.CreateTempSubdirectory("ledger-bench").FullName;
    private readonly byte[] _payload = new byte[PayloadOctets];
    private readonly byte[] _rawBatch = new byte[Records * (PayloadOctets + 8)];
    private LedgerWriter _writer = null!;
    private SegmentLog _bulk = null!;
    private ILedgerFile _raw = null!;
    private long _rawAt;
    private CommitRequest[] _batch = null!;

    [GlobalSetup]
    public void Open()
    {
        Random.Shared.NextBytes(_payload);
        var files = new DiskFiles(Path.Combine(_directory, "ledger"));
        var pool = new SegmentPool(files, SegmentOctets);
        var books = new SegmentLog(LogKind.Books, files, pool);
        _bulk = new SegmentLog(LogKind.Bulk, files, pool);
        _writer = new LedgerWriter(books, _bulk, () => _bulk.DropOldest() is not null, () => []);
        pool.TryFill(4, out _);
        var time = new BoxTime(DateTime.UnixEpoch.AddYears(56), TimeQuality.Synchronised, 1, 1);
        var records = Enumerable.Range(0, Records).Select(_ => new NewRecord(RecordType.Telegram, RecordClass.Reading, time, _payload)).ToArray();
        _batch = [new CommitRequest(records, TimeSpan.Zero, mayBeHeld: false)];
        _raw = new DiskFiles(Path.Combine(_directory, "raw")).Open("raw.log", create: true);
        var zeros = new byte[SegmentOctets];
        _raw.Write(zeros, 0);
        _raw.Sync();
    }

    [GlobalCleanup]
    public void Close()
    {
        Console.WriteLine($"// octets given to the disk per octet of payload: {_writer.OctetsWritten / (double)Math.Max(1, _commits * Records * PayloadOctets):F3}");
        _raw.Dispose();
        _bulk.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private long _commits;

    [Benchmark(Baseline = true)]
    public void RawLog()
    {
        var at = 0;
        for (var i = 0; i < Records; i++)
        {
            BitConverter.TryWriteBytes(_rawBatch.AsSpan(at), PayloadOctets);
            _payload.CopyTo(_rawBatch.AsSpan(at + 8));
            BitConverter.TryWriteBytes(_rawBatch.AsSpan(at + 4), Crc32C.Compute(_rawBatch.AsSpan(at + 8, PayloadOctets)));
            at += PayloadOctets + 8;
        }

        _rawAt = _rawAt + at > SegmentOctets ? 0 : _rawAt;
        _raw.Write(_rawBatch, _rawAt);
        _raw.Sync();
        _rawAt += at;
    }

    [Benchmark]
    public void Ledger()
    {
        while (_bulk.SegmentCount > 3)
        {
            _bulk.DropOldest();
        }

        _writer.Commit(_batch);
        _commits++;
    }
}
