using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Drivers.Dlms;
using Metering;
using Metering.Driver;
using Metering.Keys;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Hdlc;
using Protocols.Dlms.MBusTransport;
using Protocols.Dlms.Push;
using Protocols.Framing;

namespace Unit.Vectors.Dlms;

/// <summary>Pushes of meters in the field, held value by value against what another program printed of them.</summary>
public partial class SharedPushTests
{
    private static readonly string[] Numbers = ["UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "ENUM"];
    private static readonly BoxTime At = new(new DateTime(2026, 11, 25, 12, 0, 0, DateTimeKind.Utc), TimeQuality.Synchronised, 0, 1);

    /// <summary>The other program loses its way in it: names with tag and length swapped, and a check sequence that does not hold.</summary>
    private const string Swapped = "dlms-0557";

    [Fact]
    public void Every_value_that_has_a_name_or_a_place_is_a_reading()
    {
        var (rows, values) = (0, 0);
        foreach (var row in Captures().Where(row => Id(row) != Swapped))
        {
            var readings = Readings(row);
            var named = Named(row);
            foreach (var (name, value) in named)
            {
                Assert.True(readings.Exists(one => one.Column.Obis == name && one.Value.Kind == ValueKind.Decimal && one.Value.Mantissa == value), $"{Id(row)}: {name} = {value} in {string.Join("; ", readings)}");
                values++;
            }

            if (named.Count == 0)
            {
                var numbers = readings.Where(one => one.Value.Kind == ValueKind.Decimal).Select(one => one.Value.Mantissa.ToString(CultureInfo.InvariantCulture)).ToList();
                var told = CapturedLeaves.Expected(row).Split(' ');
                Assert.True(numbers.Count > 2 && told[^numbers.Count..].SequenceEqual(numbers) || Id(row) == "dlms-0564", $"{Id(row)}: {string.Join(' ', numbers)} of {string.Join(' ', told)}");
                values += numbers.Count;
            }

            rows++;
        }

        Assert.True(rows >= 11 && values > 170, $"{rows} rows, {values} values");
    }

    [Fact]
    public void Scaler_and_unit_as_sent_are_those_of_the_reading()
    {
        var count = 0;
        foreach (var row in Captures().Where(row => Id(row) != Swapped))
        {
            var readings = Readings(row);
            foreach (var scale in Xml(row).Descendants("STRUCTURE").Where(element => element.Elements().Select(child => child.Name.LocalName).SequenceEqual(["INT8", "ENUM"])))
            {
                var value = scale.ElementsBeforeSelf().Last();
                var name = NameIn(value.ElementsBeforeSelf().Last())!.Value;
                var reading = readings.Single(one => one.Column.Obis == name);
                Assert.Equal((Number(scale.Element("INT8")!), Number(scale.Element("ENUM")!)), (reading.Column.Scaler, reading.Column.Unit.CosemCode));
                count++;
            }
        }

        Assert.True(count >= 55, $"{count} scalers");
    }

    [Theory]
    [InlineData("dlms-0554", "6970631401753985", "d:2017-09-15T05:33:40")]
    [InlineData("dlms-0555", "ST-4B414D4501349083", "d:2026-03-12T15:24:30")]
    [InlineData("dlms-0556", "ST-4C475A677370B177", null)]
    [InlineData("dlms-0559", "7359992890941742", "h:")]
    [InlineData("dlms-0562", "ST-4B464D6750000009", "2021-09-27T07:47:15Z")]
    [InlineData("dlms-0563", "EGD012345", "h:")]
    [InlineData("dlms-0564", "EMR0222173608710", "2022-11-03T12:38:25Z")]
    [InlineData("dlms-0566", "KFM1200200234804", "2022-11-12T15:54Z")]
    public void Who_pushes_and_when(string id, string meter, string? instant)
    {
        var pushed = Pushed(Captures().Single(row => Id(row) == id));
        Assert.Equal(meter, pushed.Meter.Text);
        Assert.StartsWith(instant ?? "d:2022-02-21T17:37:30", pushed.Block!.Rows[0].Instant, StringComparison.Ordinal);
    }

    [Fact]
    public void Layouts_say_the_units_that_do_not_travel()
    {
        var kaifa = Readings(Captures().Single(row => Id(row) == "dlms-0554")).ToDictionary(one => one.Column.Obis.ToString());
        Assert.Equal(("1.416", UnitSymbol.A), (kaifa["1-0:31.7.0*255"].Value.ToString(), kaifa["1-0:31.7.0*255"].Column.Unit.Symbol));
        Assert.Equal(("238.5", UnitSymbol.V), (kaifa["1-0:32.7.0*255"].Value.ToString(), kaifa["1-0:32.7.0*255"].Column.Unit.Symbol));
        var landis = Readings(Captures().Single(row => Id(row) == "dlms-0558")).ToDictionary(one => one.Column.Obis.ToString());
        Assert.Equal(("12048950", UnitSymbol.Wh), (landis["1-0:1.8.0*255"].Value.ToString(), landis["1-0:1.8.0*255"].Column.Unit.Symbol));
        var limiter = Readings(Captures().Single(row => Id(row) == "dlms-0565")).Single(one => one.Column.Obis.ToString() == "0-0:17.0.0*255");
        Assert.Equal(71, limiter.Column.Id.ClassId);
    }

    [Fact]
    public void Alarm_bits_and_the_event_of_a_self_describing_push_are_told()
    {
        var pushed = Pushed(Captures().Single(row => Id(row) == "dlms-0564"));
        Assert.Contains(pushed.Events, one => one is { Log: { C: 97, D: 98, E: 0 }, Number: 4 });
        Assert.Contains(pushed.Events, one => one is { Log: { C: 99, D: 98, E: 4 }, Number: 3 });
        Assert.Equal(2, pushed.Events.Count);
    }

    [Fact]
    public void Names_with_tag_and_length_swapped_are_read_all_the_same()
    {
        var octets = Convert.FromHexString(Captures().Single(row => Id(row) == Swapped).GetProperty("hex").GetString()!);
        var apdu = octets.AsMemory(octets.AsSpan().IndexOf(stackalloc byte[] { 0xE6, 0xE7, 0x00 }) + 3)[..^3]; // its check sequence does not hold: as a bare APDU
        var pushed = Assert.IsType<DriverEvent.Pushed>(Receiver(new Keys(null, null)).Receive(apdu, new PushPeer(), new LinkFacts("test", "dlms", null, null), At).Events[0]);
        Assert.Equal("40799390", pushed.Meter.Text);
        var currents = Enumerable.Range(0, pushed.Block!.Columns.Length).Select(column => pushed.Block[0, column]).Where(one => one.Column.Unit.Symbol == UnitSymbol.A).Select(one => one.Value.ToString());
        Assert.Equal(["2.44", "0", "0"], currents);
    }

    [Fact]
    public void A_wrong_key_and_no_key_are_named_and_replays_refused()
    {
        var row = Captures().Single(one => Id(one) == "dlms-0555");
        var apdu = Apdu(row);
        var link = new LinkFacts("test", "dlms", null, null);
        Assert.Equal(FaultKind.NoKey, Rejected(Receiver(new Keys(null, null)).Receive(apdu, new PushPeer(), link, At)).Kind);
        Assert.Equal(FaultKind.WrongKey, Rejected(Receiver(new Keys(new byte[16], new byte[16])).Receive(apdu, new PushPeer(), link, At)).Kind);
        var counters = new LastCounter();
        var receiver = new PushReceiver(Options(), KeysOf(row), counters);
        Assert.IsType<DriverEvent.Pushed>(receiver.Receive(apdu, new PushPeer(), link, At).Events[0]);
        Assert.Equal(FaultKind.Replayed, Rejected(receiver.Receive(apdu, new PushPeer(), link, At)).Kind);
        Assert.Equal("ST-4B414D4501349083", counters.Name.Device);
    }

    internal static IEnumerable<JsonElement> Captures() => SharedVectors.Rows("dlms.jsonl").Where(row => row.GetProperty("kind").GetString()!.StartsWith("push-capture:", StringComparison.Ordinal));

    private static Fault Rejected(PushTaken taken) => Assert.IsType<DriverEvent.Rejected>(Assert.Single(taken.Events)).Fault;

    private static string Id(JsonElement row) => row.GetProperty("id").GetString()!;

    private static XDocument Xml(JsonElement row) => XDocument.Parse(row.GetProperty("expect").GetProperty("xml").GetString()!);

    private static List<Reading> Readings(JsonElement row)
    {
        var block = Pushed(row).Block!;
        return [.. Enumerable.Range(0, block.Columns.Length).Select(column => block[0, column])];
    }

    private static DriverEvent.Pushed Pushed(JsonElement row)
    {
        var events = Receiver(KeysOf(row)).Receive(Apdu(row), new PushPeer { Meter = MeterId.Parse("HEARD-BEFORE") }, new LinkFacts("test", "dlms", null, null), At).Events;
        return events[0] is DriverEvent.Pushed pushed ? pushed : throw new InvalidOperationException($"{Id(row)}: {(events[0] as DriverEvent.Rejected)?.Fault.Sentence}");
    }

    private static PushReceiver Receiver(IKeyRing keys) => new(Options(), keys, new FreshCounters());

    private static PushOptions Options() => new(MeterProfiles.Find("plain"), PushLayouts.All);

    private static Keys KeysOf(JsonElement row) => row.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Object
        ? new Keys(Convert.FromHexString(keys.GetProperty("guek").GetString()!), keys.TryGetProperty("gak", out var gak) ? Convert.FromHexString(gak.GetString()!) : null) : new Keys(null, null);

    /// <summary>The message out of its frames; blocks of a general block transfer put together.</summary>
    private static byte[] Apdu(JsonElement row)
    {
        var input = new ReadOnlySequence<byte>(Convert.FromHexString(row.GetProperty("hex").GetString()!));
        var whole = new List<byte>();
        switch (row.GetProperty("kind").GetString())
        {
            case "push-capture:hdlc":
                var (framer, unasked) = (new HdlcFramer(), new HdlcUnasked(4096));
                while (framer.Read(ref input, out var frame, out _) != FrameRead.NeedMore)
                {
                    if (unasked.Take(frame) == SegmentTaken.Whole)
                    {
                        whole.AddRange(Pdu.Read(unasked.Apdu, out _) is GeneralBlockTransfer block ? block.Raw.ToArray() : unasked.Apdu.ToArray());
                    }
                }

                break;
            case "push-capture:mbus":
                var (cutter, assembly) = (new MBusFramer(), new MBusAssembly(4096));
                while (cutter.Read(ref input, out var one, out _) != FrameRead.NeedMore)
                {
                    if (assembly.Take(one) == SegmentTaken.Whole)
                    {
                        whole.AddRange(assembly.Apdu.ToArray());
                    }
                }

                break;
            default:
                return input.ToArray();
        }

        return [.. whole];
    }

    /// <summary>Every name with the number that follows it.</summary>
    private static List<(Obis Name, Int128 Value)> Named(JsonElement row)
    {
        var found = new List<(Obis, Int128)>();
        Obis? name = null;
        foreach (var element in Id(row) == "dlms-0564" ? [] : Xml(row).Descendants())
        {
            if (NameIn(element) is { } next)
            {
                name = next;
            }
            else if (name is { } known && Numbers.Contains(element.Name.LocalName))
            {
                found.Add((known, Number(element)));
                name = null;
            }
        }

        return found;
    }

    private static int Number(XElement element) => (int)long.Parse(element.Attribute("Value")!.Value, CultureInfo.InvariantCulture);

    private static Obis? NameIn(XElement element) =>
        element.Name.LocalName is "OCTETSTRING" or "InstanceId" && element.Attribute("Value")?.Value is { } text && Dotted().Match(text) is { Success: true } match
            ? new Obis(byte.Parse(match.Groups[1].Value), byte.Parse(match.Groups[2].Value), byte.Parse(match.Groups[3].Value), byte.Parse(match.Groups[4].Value), byte.Parse(match.Groups[5].Value), byte.Parse(match.Groups[6].Value))
            : null;

    [GeneratedRegex(@"^(\d+)\.(\d+)\.(\d+)\.(\d+)\.(\d+)\.(\d+)$")]
    private static partial Regex Dotted();

    private sealed class Keys(byte[]? guek, byte[]? gak) : IKeyRing
    {
        public long Version => 1;

        public int Find(in KeyName name, Span<byte> destination)
        {
            var key = name.Device.StartsWith("ST-", StringComparison.Ordinal) && name.Client == 1 ? name.Purpose switch { KeyPurpose.Guek => guek, KeyPurpose.Gak => gak, _ => null } : null;
            key?.CopyTo(destination);
            return key?.Length ?? 0;
        }
    }

    private sealed class LastCounter : ICounterStore
    {
        private uint _last;

        internal KeyName Name { get; private set; }

        public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash)
        {
            (Name, var verdict) = (key, counter > _last ? CounterVerdict.Fresh : CounterVerdict.Replayed);
            _last = Math.Max(_last, counter);
            return verdict;
        }

        public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop) => new(atLeast);
    }
}
