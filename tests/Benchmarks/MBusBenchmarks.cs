using BenchmarkDotNet.Attributes;
using Metering.Keys;
using Protocols.MBus;
using Simulation.Encoding;

namespace Benchmarks;

/// <summary>Promise S1: a mode 5 telegram of 7 records from octets to records, link CRCs of 100 octets.</summary>
[MemoryDiagnoser]
public class MBusBenchmarks
{
    private readonly TelegramDecoder _decoder = new(new OneKey(), new Any());
    private readonly byte[] _hundred = new byte[100];
    private byte[] _telegram = [];

    [GlobalSetup]
    public void Build()
    {
        var records = new RecordBuilder().Bcd("0C13", 4, 123456, -3, "m3", null).Integer("023B", 2, 12, -3, "m3/h", null).Integer("0259", 2, 2150, -2, "Cel", null)
            .Date("426C", new DateTime(2026, 1, 1)).Bcd("4C13", 4, 120000, -3, "m3", null).DateTime("046D", new DateTime(2026, 11, 24, 10, 15, 0)).Integer("02FD17", 2, 0, 0, "", null);
        _telegram = Telegrams.Mode5(new MeterAddress("GWI", 12345678, 0x3C, 0x07), 42, 0, records.Octets, new byte[16]);
        if (_decoder.Decode(_telegram, 0) is not null || _decoder.RecordCount != 7)
        {
            throw new InvalidOperationException("the telegram does not decode");
        }
    }

    [Benchmark]
    public int Telegram()
    {
        _decoder.Decode(_telegram, 0);
        return _decoder.RecordCount;
    }

    [Benchmark]
    public ushort LinkCrcOf100Octets() => Crc16.Compute(_hundred);

    private sealed class OneKey : IKeyRing
    {
        public long Version => 0;

        public int Find(in KeyName name, Span<byte> destination)
        {
            destination[..16].Clear();
            return 16;
        }
    }

    private sealed class Any : ICounterStore
    {
        public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

        public ValueTask<uint> ReserveAsync(KeyName key, int count, CancellationToken stop) => throw new InvalidOperationException();
    }
}
