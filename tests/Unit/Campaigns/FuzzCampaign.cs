using System.Buffers;
using Protocols.Dlms.Apdu;
using Protocols.Framing;
using Protocols.Im871a;
using Protocols.MBus;
using Simulation.Field;

namespace Unit.Campaigns;

/// <summary>Promise R7: mutated inputs never throw, never hang, never ask for memory. 10^7 per family at CI size, 10^9 for a release.</summary>
public sealed class FuzzCampaign
{
    private const int Seed = 20261124;

    private static readonly int Runs = Evidence.ReleaseSize ? 1_000_000_000 : 10_000_000;

    /// <summary>Most allocated per input; the promise is 16 x input + 64 KiB, and the mean is held far below it.</summary>
    private const double MostOctetsPerInput = 1000;

    [Fact]
    public void Fuzz_wireless_telegrams() => Run("wmbus", Telegrams(), () =>
    {
        var decoder = new TelegramDecoder(new OneKey(new byte[16]), new FreshCounters());
        return octets => decoder.Decode(octets, 0);
    }, (mutated, random) =>
    {
        if (mutated.Length > 10 && random.Next(8) > 0)
        {
            (mutated[0], mutated[1]) = ((byte)(mutated.Length - 1), 0x44); // most get past the link layer
        }

        if (mutated.Length > 15 && random.Next(2) == 0)
        {
            (mutated[10], mutated[13], mutated[14]) = (0x7A, 0, 0); // half are read as clear records
        }
    });

    [Fact]
    public void Fuzz_wired_frames() => Run("mbus", [.. Telegrams().Select(Wired)], () =>
    {
        var decoder = new TelegramDecoder(new OneKey(new byte[16]), new FreshCounters());
        return octets =>
        {
            if (LinkFrame.IsWiredLong(octets))
            {
                decoder.DecodeWired(octets);
            }
        };
    }, (mutated, random) =>
    {
        if (mutated.Length >= 9 && random.Next(8) > 0)
        {
            Frame(mutated);
        }
    });

    [Fact]
    public void Fuzz_the_radio_sticks_messages() => Run("im871a", [.. Telegrams().Select(Message)], () =>
    {
        var framer = new Im871aFramer();
        var buffer = new byte[512];
        return octets =>
        {
            octets.CopyTo(buffer);
            var input = new ReadOnlySequence<byte>(buffer, 0, octets.Length);
            for (var before = -1L; input.Length != before || !input.IsEmpty;)
            {
                before = input.Length;
                if (framer.Read(ref input, out _, out _) == FrameRead.NeedMore)
                {
                    framer.LineIdle();
                    if (input.Length == before && framer.Read(ref input, out _, out _) == FrameRead.NeedMore)
                    {
                        break;
                    }
                }
            }
        };
    }, (_, _) => { });

    [Fact]
    public void Fuzz_DLMS_messages() => Run("dlms", [.. DlmsSeeds.Select(Convert.FromHexString)], () => octets =>
    {
        var apdu = Pdu.Read(octets.ToArray(), out _);
        if (apdu is AssociationMessage { Initiate: { } initiate })
        {
            Pdu.Read(initiate, out _);
        }
    }, (_, _) => { });

    /// <summary>One of each kind, made by hand from the layouts.</summary>
    private static readonly string[] DlmsSeeds =
    [
        "C001C100080000010000FF0200", "C001C100070100630100FF0201010204020412000809060000010000FF0F02120000090C07EA0B16FF000000FF000000090C07EA0B17FF000000FF0000000100",
        "C003C10300080000010000FF020000030100010800FF020000030100010800FF0300", "C401C1000206120001110209020A0B0A0268690404A015FFFFFFFFFFFFFFFF", "C402C101000000010006010203040506",
        "C401C1001302020611150F000000010100000002020000000303", "C403C10200060000139101040203", "C101C100010000600100FF0200090412345678", "C104C10200010000600100FF020000010000600200FF020002110111020F",
        "C301C10046000060030AFF01010F00", "C701C1000100090411223344", "D9C000000100030100080000010000FF020100030100010800FF020200010000600100FF020300001105", "DA200003E800000101020101020400",
        "0F000000010C07EA0B170101020300FFC400020309060100010800FF0600001388160F", "C2010C07EA0B170101020300FFC40000010000600100FF021101", "D8010600000008", "E0C1000100000401020304", "E6010430313233C001C100080000010000FF0200",
        "601DA109060760857405080101BE10040E01000000065F1F0400007E1F04B0", "6129A109060760857405080101A203020100A305A103020100BE10040E0800065F1F040000501F01F40007", "DB084D4D4D0000BC614E122001234567411312FF935A47566827C467BC",
        "DD000000000001000011300000000100112233445566778899AABBCC", "050202010004020001010000", "0C0200110101020B", "1800010200640111",
    ];

    private delegate void Parse(ReadOnlySpan<byte> octets);

    private delegate void Straighten(Span<byte> mutated, Random random);

    private static void Run(string family, byte[][] corpus, Func<Parse> make, Straighten straighten)
    {
        using var evidence = new Evidence("R7", "fuzz-" + family);
        evidence.Note("inputs", Runs);
        evidence.Note("seed", Seed);
        long allocated = 0;
        Parallel.For(0, Environment.ProcessorCount, part =>
        {
            var random = new Random(Seed + part);
            var parse = make();
            Span<byte> room = stackalloc byte[300];
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Runs / Environment.ProcessorCount; i++)
            {
                var mutated = Mutate(corpus[random.Next(corpus.Length)], room, random);
                straighten(mutated, random);
                try
                {
                    parse(mutated);
                }
                catch (Exception e)
                {
                    Assert.Fail($"{family}, seed {Seed + part}, input {i}: {Convert.ToHexString(mutated)}: {e}");
                }
            }

            Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        });
        evidence.Note("octetsAllocatedPerInput", Math.Round((double)allocated / Runs, 1));
        Assert.InRange((double)allocated / Runs, 0, MostOctetsPerInput);
        evidence.Held();
    }

    private static Span<byte> Mutate(byte[] origin, Span<byte> room, Random random)
    {
        var length = random.Next(4) == 0 ? random.Next(0, origin.Length) : origin.Length;
        var mutated = room[..length];
        origin.AsSpan(0, length).CopyTo(mutated);
        for (var change = random.Next(1, 6); change > 0 && length > 0; change--)
        {
            mutated[random.Next(length)] = (byte)random.Next(256);
        }

        return mutated;
    }

    private static byte[][] Telegrams()
    {
        var field = new StreetField(24, 5, new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc));
        return [.. Enumerable.Range(0, 60).Select(_ => field.Next().Transmission.Telegram)];
    }

    private static byte[] Wired(byte[] telegram)
    {
        byte[] frame = [0x68, 0, 0, 0x68, 0x08, 0x01, .. telegram[10..], 0, 0x16];
        Frame(frame);
        return frame;
    }

    private static void Frame(Span<byte> frame)
    {
        (frame[0], frame[1], frame[2], frame[3], frame[^1]) = (0x68, (byte)(frame.Length - 6), (byte)(frame.Length - 6), 0x68, 0x16);
        byte sum = 0;
        foreach (var octet in frame[4..^2])
        {
            sum += octet;
        }

        frame[^2] = sum;
    }

    private static byte[] Message(byte[] telegram)
    {
        byte[] message = [0xA5, 0x82, 0x20, (byte)telegram.Length, .. telegram];
        var checksum = Im871aChecksum.Compute(message.AsSpan(1));
        return [.. message, (byte)checksum, (byte)(checksum >> 8)];
    }
}
