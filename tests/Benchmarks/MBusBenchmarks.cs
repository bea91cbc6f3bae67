using BenchmarkDotNet.Attributes;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.MBus;
using Simulation.Encoding;

namespace Benchmarks;

/// <summary>
/// Promise S1: a mode 5 telegram of 7 records from octets to readings, with so many keyed meters taking turns; the same through the receiver, which makes a block that is kept;
/// link CRCs of 100 octets.
/// </summary>
[MemoryDiagnoser]
public class MBusBenchmarks
{
    private readonly byte[] _hundred = new byte[100];
    private byte[][] _telegrams = [];
    private TelegramDecoder _decoder = null!;
    private TelegramReceiver _receiver = null!;
    private int _turn;

    [Params(1, 5000)]
    public int Meters { get; set; }

    [GlobalSetup]
    public void Build()
    {
        var records = new RecordBuilder().Bcd("0C13", 4, 123456, -3, "m3", null).Integer("023B", 2, 12, -3, "m3/h", null).Integer("0259", 2, 2150, -2, "Cel", null)
            .Date("426C", new DateTime(2026, 1, 1)).Bcd("4C13", 4, 120000, -3, "m3", null).DateTime("046D", new DateTime(2026, 11, 24, 10, 15, 0)).Integer("02FD17", 2, 0, 0, "1", null);
        var keys = new Keys();
        _decoder = new TelegramDecoder(keys, new Any());
        _receiver = new TelegramReceiver(keys, new Any());
        _telegrams = [.. Enumerable.Range(0, Meters).Select(meter => Telegrams.Mode5(new MeterAddress("GWI", (uint)(10_000_000 + meter), 0x3C, 0x07), 42, 0, records.Octets, Keys.Of((uint)meter)))];
        foreach (var telegram in _telegrams)
        {
            if (_decoder.Decode(telegram, 0) is { } fault || _decoder.RecordCount != 7)
            {
                throw new InvalidOperationException("a telegram does not decode");
            }
        }
    }

    [Benchmark]
    public int TelegramToReadings()
    {
        _decoder.Decode(Next(), 0);
        var numbers = 0;
        for (var i = 0; i < _decoder.RecordCount; i++)
        {
            numbers += _decoder.ReadingAt(i).Value.Kind == ValueKind.Decimal ? 1 : 0;
        }

        return numbers;
    }

    [Benchmark]
    public DriverEvent TelegramToBlock() => _receiver.Receive(Next(), new LinkFacts("radio0", "wmbus", -70, "C1+T1"), new BoxTime(DateTime.UnixEpoch, TimeQuality.Synchronised, 1, 1));

    [Benchmark]
    public ushort LinkCrcOf100Octets() => Crc16.Compute(_hundred);

    private byte[] Next()
    {
        _turn = _turn + 1 < _telegrams.Length ? _turn + 1 : 0;
        return _telegrams[_turn];
    }

    /// <summary>A key per meter, told by the number in its id.</summary>
    private sealed class Keys : IKeyRing
    {
        public long Version => 0;

        public int Find(in KeyName name, Span<byte> destination)
        {
            Of(uint.Parse(name.Device.AsSpan(4, 8), System.Globalization.CultureInfo.InvariantCulture) - 10_000_000).CopyTo(destination);
            return 16;
        }

        internal static byte[] Of(uint meter)
        {
            var key = new byte[16];
            BitConverter.TryWriteBytes(key, meter);
            return key;
        }
    }

    private sealed class Any : ICounterStore
    {
        public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash) => CounterVerdict.Fresh;

        public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => throw new InvalidOperationException();
    }
}
