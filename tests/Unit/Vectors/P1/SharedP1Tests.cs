using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Drivers.Dlms;
using Metering;
using Protocols.Framing;
using Protocols.P1;

namespace Unit.Vectors.P1;

/// <summary>P1 telegrams of other people's meters: every number with a unit becomes a reading of exactly that value, of the device it belongs to.</summary>
public partial class SharedP1Tests
{
    private static readonly Dictionary<string, (string Unit, decimal Factor)> Units = new()
    {
        ["kWh"] = ("Wh", 1000), ["Wh"] = ("Wh", 1), ["kW"] = ("W", 1000), ["W"] = ("W", 1), ["varh"] = ("varh", 1), ["var"] = ("var", 1), ["V"] = ("V", 1), ["A"] = ("A", 1), ["m3"] = ("m3", 1), ["GJ"] = ("J", 1_000_000_000),
    };

    [Fact]
    public void Every_telegram_is_cut_out_whole_and_its_check_holds_where_it_has_one()
    {
        foreach (var (id, octets) in Telegrams())
        {
            var telegram = Only(octets);
            var hasCrc = Crc().IsMatch(Encoding.Latin1.GetString(octets));
            Assert.True(telegram.IsChecked == hasCrc, id);
            Assert.StartsWith(Encoding.Latin1.GetString(telegram.Octets.Span), Encoding.Latin1.GetString(octets), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_number_with_a_unit_is_a_reading_of_that_value()
    {
        var counted = 0;
        foreach (var (id, octets) in Telegrams())
        {
            var read = Read(octets);
            var values = read.Blocks.SelectMany(block => Enumerable.Range(0, block.Rows.Length).SelectMany(row => Enumerable.Range(0, block.Columns.Length).Select(column => block[row, column]))).ToList();
            foreach (Match line in Line().Matches(Encoding.Latin1.GetString(octets)))
            {
                var name = Obis.Parse(line.Groups[1].Value);
                foreach (Match number in Number().Matches(line.Groups[2].Value).Where(_ => name is not { C: 99 }))
                {
                    var (unit, factor) = Units[number.Groups[2].Value];
                    var wanted = decimal.Parse(number.Groups[1].Value, CultureInfo.InvariantCulture) * factor;
                    Assert.True(
                        values.Exists(one => (one.Column.Obis == name || name.C == 98) && one.Value.Kind == ValueKind.Decimal && one.Column.Unit.ToString() == unit
                            && decimal.Parse(one.Value.ToString(), CultureInfo.InvariantCulture) == wanted),
                        $"{id}: {line.Value}");
                    counted++;
                }
            }
        }

        Assert.True(counted > 90, $"only {counted} numbers were looked for");
    }

    [Fact]
    public void Devices_behind_the_meter_stand_under_their_own_identity()
    {
        var read = Telegrams().Select(one => Read(one.Octets)).ToList();
        var devices = read.SelectMany(one => one.Blocks).Where(block => block.Via is not null).ToList();
        Assert.Equal(6, devices.Count); // one each of DSMR 2.2, 4.2, 5 (its other channel is empty) and the heat meter, two of the Belgian one
        Assert.All(devices, block => Assert.NotEqual(block.Meter, block.Via!.Meter));
        Assert.Contains(devices, block => block.Meter.Text == "KAM-01481862-0B-0C" && block.Columns[0].Obis == Obis.Parse("0-1:24.1.0"));
        Assert.Contains(devices, block => block.Meter.Text == "G0039001936990619" && block.Via!.Channel == 2);
        Assert.Contains(devices, block => block.Rows[0].Instant == "d:2016-11-07T19:00" && block.Columns.ToArray().Any(column => column.Obis == Obis.Parse("0-1:24.2.1") && column.Unit == UnitSymbol.CubicMetre));
    }

    [Fact]
    public void Ends_of_long_power_failures_are_events_and_monthly_peaks_are_rows()
    {
        var read = Telegrams().Select(one => Read(one.Octets, 60)).ToList();
        var events = read.SelectMany(one => one.Events).ToList();
        Assert.Equal(4, events.Count);
        Assert.Contains(events, one => one.Text == "power was back after 237126 s" && one.OccurredAt.ToUtc() == new DateTime(2000, 1, 4, 17, 3, 20, DateTimeKind.Utc));
        Assert.Contains(events, one => one.Text == "power was back after 2014 s" && one.OccurredAt.ToUtc() == new DateTime(2019, 3, 26, 8, 50, 15, DateTimeKind.Utc));
        // the meter writes S into the first of March: it is taken at its word
        var peaks = Assert.Single(read.SelectMany(one => one.Blocks), block => block.Profile == "0-0:98.1.0*255");
        Assert.Equal(["2020-04-30T22:00Z", "2020-03-31T22:00Z", "2020-02-29T22:00Z"], peaks.Rows.ToArray().Select(row => row.Instant));
        Assert.Equal("5980", peaks[1, 1].Value.ToString());
    }

    [Fact]
    public void A_telegram_that_names_no_meter_is_refused_with_what_to_do()
    {
        var nameless = Telegrams().Where(one => P1Reader.Read(Only(one.Octets).Octets.Span, Options(null), null, out _) is null).ToList();
        var octets = Assert.Single(nameless).Octets;
        Assert.Null(P1Reader.Read(octets, Options(null), null, out var fault));
        Assert.Contains("set meter =", fault, StringComparison.Ordinal);
        Assert.Equal("SET-BY-HAND", Read(octets).Meter.Text);
    }

    /// <summary>A telegram, of a meter by setting where it names none.</summary>
    private static P1Readings Read(byte[] octets, short? offset = null)
    {
        var telegram = Only(octets).Octets.Span;
        return P1Reader.Read(telegram, Options(offset), new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), out _)
            ?? P1Reader.Read(telegram, Options(offset) with { Meter = MeterId.Parse("SET-BY-HAND") }, null, out _)!;
    }

    private static P1Options Options(short? offset) => new(default, MeterProfiles.Find("plain"), offset);

    private static IEnumerable<(string Id, byte[] Octets)> Telegrams() => SharedVectors.Rows("dlms.jsonl")
        .Where(row => row.GetProperty("kind").GetString() == "p1-telegram").Select(row => (row.GetProperty("id").GetString()!, Convert.FromHexString(row.GetProperty("hex").GetString()!)));

    private static P1Telegram Only(byte[] octets)
    {
        var (framer, input, got) = (new P1Framer(), new ReadOnlySequence<byte>(octets), new List<P1Telegram>());
        while (framer.Read(ref input, out var telegram, out _) is var read and not FrameRead.NeedMore)
        {
            if (read == FrameRead.Got)
            {
                got.Add(telegram);
            }
        }

        return Assert.Single(got);
    }

    [GeneratedRegex("![0-9A-F]{1,4}\r\n")]
    private static partial Regex Crc();

    [GeneratedRegex(@"^(\d+-\d+:\d+\.\d+\.\d+(?:\*\d+)?)(\(.*\))", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"\((-?[0-9.]+)\*([^)]+)\)")]
    private static partial Regex Number();
}
