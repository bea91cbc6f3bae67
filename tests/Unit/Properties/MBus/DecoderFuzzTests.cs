using Metering.Keys;
using Protocols.MBus;
using Simulation.Field;

namespace Unit.Properties.MBus;

/// <summary>Promise R7 at CI size: mutated telegrams never throw, never hang, never ask for memory.</summary>
public sealed class DecoderFuzzTests
{
    [Fact]
    public void Three_hundred_thousand_mutated_telegrams_give_records_or_a_fault()
    {
        const int Seed = 20261124;
        var random = new Random(Seed);
        var field = new StreetField(24, 5, new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc));
        var corpus = Enumerable.Range(0, 60).Select(_ => field.Next().Transmission.Telegram).ToArray();
        using var decoder = new TelegramDecoder(new ZeroKey(), new Any());
        Span<byte> telegram = stackalloc byte[256];
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 300_000; i++)
        {
            var origin = corpus[random.Next(corpus.Length)];
            var length = random.Next(4) == 0 ? random.Next(0, origin.Length) : origin.Length;
            var mutated = telegram[..length];
            origin.AsSpan(0, length).CopyTo(mutated);
            for (var change = random.Next(1, 6); change > 0 && length > 0; change--)
            {
                mutated[random.Next(length)] = (byte)random.Next(256);
            }

            if (length > 10 && random.Next(8) > 0)
            {
                (mutated[0], mutated[1]) = ((byte)(length - 1), 0x44); // most get past the link layer
            }

            if (length > 15 && random.Next(2) == 0)
            {
                (mutated[10], mutated[13], mutated[14]) = (0x7A, 0, 0); // half are read as clear records
            }

            try
            {
                decoder.Decode(mutated, 0);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, input {i}: {Convert.ToHexString(mutated)}: {e}");
            }
        }

        // 16 x input + 64 KiB each is the promise; a thousand octets on average is far below it.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000L * 1000);
    }

    private sealed class ZeroKey : IKeyRing
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

        public ValueTask<uint> ReserveAsync(KeyName key, int count, CancellationToken stop) => throw new InvalidOperationException("nothing is sent");
    }
}
