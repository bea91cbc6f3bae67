using Metering;
using Metering.Driver;

namespace Protocols.P1;

/// <summary>Telegrams to readings: the lines of the electricity meter as one row, those of each M-Bus channel (0-n) as one row of the device behind it, by its own identity.</summary>
public static class P1Reader
{
    private const int MostChannels = 16;

    /// <summary>Reads a telegram. Null where it names no meter; the sentence says what to do.</summary>
    /// <param name="telegram">Slash to exclamation mark.</param>
    /// <param name="utc">When it came; null while the box has no time.</param>
    public static P1Readings? Read(ReadOnlySpan<byte> telegram, P1Options options, DateTime? utc, out string? fault)
    {
        var sheets = new P1Sheet?[MostChannels + 1];
        sheets[0] = new P1Sheet(options.Profile);
        var events = new List<MeterEvent>();
        var best = int.MaxValue;
        var lines = new P1Lines(telegram);
        while (lines.TryNext(out var line))
        {
            if (line.Name is { A: 1, C: 99, D: 97 })
            {
                P1Profiles.AddFailures(line, options.OffsetMinutes, events);
            }
            else if (line.Name is { A: 0, B: > 0 and <= MostChannels } name)
            {
                TakeOfDevice(line, sheets[name.B] ??= new P1Sheet(options.Profile), options);
            }
            else if (!line.Name.IsNone && !P1Profiles.IsProfile(line))
            {
                TakeOfMeter(line, sheets[0]!, options, ref best);
            }
        }

        fault = null;
        var meter = !options.Meter.IsNone ? options.Meter : sheets[0]!.Identity is { } text ? MeterIdText.Of(text) : null;
        if (meter is null)
        {
            fault = $"the telegram names no meter (none of {string.Join(", ", P1Objects.Identities)}): set meter = \"..\" for this driver";
            return null;
        }

        return new P1Readings(meter.Value, Blocks(telegram, sheets, meter.Value, options, utc), events);
    }

    private static List<ReadingBlock> Blocks(ReadOnlySpan<byte> telegram, P1Sheet?[] sheets, MeterId meter, P1Options options, DateTime? utc)
    {
        var blocks = new List<ReadingBlock>();
        for (var channel = 0; channel < sheets.Length; channel++)
        {
            // A channel without equipment identifier has no device, or one that nobody could tell from the next: its values stay in the telegram.
            var device = channel == 0 ? meter : sheets[channel]?.Identity is { } text ? DeviceOf(text) : null;
            if (sheets[channel] is { IsEmpty: false } sheet && device is { } id)
            {
                blocks.Add(sheet.ToBlock(id, channel == 0 ? null : new Via(meter, channel, null), telegram, utc));
            }
        }

        var lines = new P1Lines(telegram);
        while (lines.TryNext(out var line))
        {
            if (line.Name is not { A: 1, C: 99, D: 97 } && line.Name is not { A: 0, B: > 0 } && P1Profiles.IsProfile(line) && P1Profiles.ToBlock(line, meter, options) is { } block)
            {
                blocks.Add(block);
            }
        }

        return blocks;
    }

    /// <summary>An equipment identifier, or an M-Bus secondary address as sixteen hex digits: number, maker, version and type, low octets first (EN 13757-3 long header).</summary>
    private static MeterId? DeviceOf(byte[] text)
    {
        if (text.Length == 16 && Convert.FromHexString(System.Text.Encoding.Latin1.GetString(text), stackalloc byte[8], out _, out _) == System.Buffers.OperationStatus.Done)
        {
            var octets = Convert.FromHexString(System.Text.Encoding.Latin1.GetString(text));
            var maker = (ushort)(octets[4] | (octets[5] << 8));
            var number = (uint)(octets[0] | (octets[1] << 8) | (octets[2] << 16) | (octets[3] << 24));
            if (MeterId.FlagLetters(maker).Length == 3 && Array.TrueForAll(octets[..4], digit => (digit & 0x0F) <= 9 && digit >> 4 <= 9))
            {
                return MeterId.ForMBus(maker, number, octets[6], octets[7]);
            }
        }

        return MeterIdText.Of(text);
    }

    private static void TakeOfMeter(in P1Line line, P1Sheet sheet, P1Options options, ref int best)
    {
        var values = line.Values;
        if (!P1Line.TryValue(ref values, out var first))
        {
            return;
        }

        if (line.Name == P1Objects.Clock && P1Time.TryParse(first, options.OffsetMinutes, out var now))
        {
            (sheet.At, sheet.HasSeason) = (now, char.IsAsciiLetter((char)first[^1]));
            return;
        }

        var rank = Array.IndexOf(P1Objects.Identities, line.Name);
        if (rank >= 0 && rank < best && !first.IsEmpty)
        {
            (best, sheet.Identity) = (rank, P1Objects.FromHex(first));
        }

        if (P1Time.TryParse(first, options.OffsetMinutes, out var captured) && P1Line.TryValue(ref values, out var value))
        {
            sheet.Add(4, line.Name, 5, Value.Instant(captured), UnitSymbol.None);
            AddValue(sheet, 4, line.Name, value);
        }
        else if (!first.IsEmpty)
        {
            AddValue(sheet, 3, line.Name, first);
        }
    }

    private static void TakeOfDevice(in P1Line line, P1Sheet sheet, P1Options options)
    {
        var values = line.Values;
        if (line.Name is { C: 24, D: 3 })
        {
            P1Profiles.AddHourly(line, sheet);
        }
        else if (!P1Line.TryValue(ref values, out var first) || first.IsEmpty)
        {
            return;
        }
        else if (line.Name is { C: 96, D: 1, E: 0 or 1 })
        {
            sheet.Identity = line.Name.E == 0 || sheet.Identity is null ? P1Objects.FromHex(first) : sheet.Identity;
        }
        else if (line.Name is { C: 24, D: 2 } && P1Time.TryParse(first, options.OffsetMinutes, out var at))
        {
            if (P1Line.TryValue(ref values, out var value) && P1Number.TryParse(value, out _, out _, out var hasUnit) && hasUnit)
            {
                (sheet.At, sheet.HasSeason) = (at, char.IsAsciiLetter((char)first[^1]));
                AddValue(sheet, 4, line.Name, value);
            }
        }
        else
        {
            AddValue(sheet, 3, line.Name, first);
        }
    }

    private static void AddValue(P1Sheet sheet, ushort classId, Obis name, ReadOnlySpan<byte> text)
    {
        var (known, attribute, form) = P1Objects.Find(name);
        var isNumber = P1Number.TryParse(text, out var number, out var unit, out var hasUnit);
        if (isNumber && (hasUnit || form == P1Form.Number))
        {
            sheet.Add(known == 0 ? classId : known, name, attribute, number, hasUnit ? unit : UnitSymbol.Count);
        }
        else
        {
            sheet.Add(known == 0 ? (ushort)1 : known, name, attribute, Value.Text(form == P1Form.HexText ? P1Objects.FromHex(text) : text.ToArray()), UnitSymbol.None);
        }
    }
}
