using Fuzz.Mutation;
using Protocols.MBus;
using Simulation.Field;

namespace Fuzz.Families;

/// <summary>wM-Bus telegrams without link CRCs, and wired M-Bus long frames, down to their records and readings.</summary>
internal static class MBusFamilies
{
    private const int HeaderOfShort = 15;
    private const byte ShortHeader = 0x7A;

    private static readonly byte[][] Vifs = [[0xFB], [0xFD], [0xEF], [0x7C], [0xFC], [0xFF], [0x0F], [0x1F], [0x2F], [0x8D], [0x0D, 0xFD], [0x72], [0x7A], [0x8C], [0x8D], [0x8E], [0x8F], [0x90], [0x79], [0x69], [0x2F, 0x2F]];

    internal static Family Wireless => new("wmbus", Telegrams, () =>
    {
        var decoder = new TelegramDecoder(new StreetKeys(Street().KeyLines), new AnyCounters());
        return octets => Read(decoder, decoder.Decode(octets.Span, 0)?.Sentence);
    })
    {
        Generate = RecordGenerator.Write, Words = Vifs, Openers = [[0x84], [0xFF], [0xFB]],
        Straighten = static (Span<byte> octets, ref Random64 random) =>
        {
            if (octets.Length is > 10 and <= 256)
            {
                (octets[0], octets[1]) = ((byte)(octets.Length - 1), 0x44);
            }

            if (octets.Length > HeaderOfShort && random.OneIn(2))
            {
                (octets[10], octets[13], octets[14]) = (0x7A, 0, 0); // read as clear records
            }
        },
    };

    internal static Family Wired => new("mbus", () => [.. Telegrams().Where(telegram => telegram[10] == ShortHeader).Select(Wire)], () =>
    {
        var decoder = new TelegramDecoder(new StreetKeys(Street().KeyLines), new AnyCounters());
        return octets => LinkFrame.IsWiredLong(octets.Span) ? Read(decoder, decoder.DecodeWired(octets.Span)?.Sentence) : "no long frame";
    })
    {
        Generate = RecordGenerator.Write, Words = [.. Vifs, [0x73], [0x70], [0x71], [0x6C]], Openers = [[0x84], [0xFF], [0xFB]],
        Straighten = static (Span<byte> octets, ref Random64 _) => Frame(octets),
    };

    /// <summary>Telegrams of a street of meters, as their radios send them.</summary>
    internal static IReadOnlyList<byte[]> Telegrams()
    {
        var field = Street();
        return [.. Enumerable.Range(0, 60).Select(_ => field.Next().Transmission.Telegram)];
    }

    private static StreetField Street() => new(24, 5, new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc));

    private static string? Read(TelegramDecoder decoder, string? fault)
    {
        for (var record = 0; record < decoder.RecordCount; record++)
        {
            decoder.ReadingAt(record);
        }

        return fault;
    }

    private static byte[] Wire(byte[] telegram)
    {
        // A short header leans on the link's address, which wired frames have not: it becomes a long one.
        byte[] frame = [0x68, 0, 0, 0x68, 0x08, 0x01, 0x72, .. telegram[4..8], .. telegram[2..4], .. telegram[8..10], .. telegram[11..], 0, 0x16];
        Frame(frame);
        return frame;
    }

    private static void Frame(Span<byte> frame)
    {
        if (frame.Length is < 9 or > 261)
        {
            return;
        }

        (frame[0], frame[1], frame[2], frame[3], frame[^1]) = (0x68, (byte)(frame.Length - 6), (byte)(frame.Length - 6), 0x68, 0x16);
        byte sum = 0;
        foreach (var octet in frame[4..^2])
        {
            sum += octet;
        }

        frame[^2] = sum;
    }
}
