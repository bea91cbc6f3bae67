using System.Text;
using Concentrator.Ports;
using Metering;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Protocols.Dlms.Security;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>The box's own logical device, as head-ends find it.</summary>
public class BoxDeviceTests
{
    private const string MeterList = "0-0:96.128.0*255", PushSetup = "0-4:25.9.0*255";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_head_end_that_proves_itself_reads_who_the_box_is(byte suite)
    {
        await using var bench = new NorthBench(suite: suite);
        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        Assert.Equal("XYZDCUA1B2C3D4E5", TextOf(await headEnd.GetAsync(session, 1, "0-0:42.0.0*255", 2)));
        Assert.Equal("dc-0001", TextOf(await headEnd.GetAsync(session, 1, "0-0:96.1.0*255", 2)));
        Assert.Equal("1.2.3", TextOf(await headEnd.GetAsync(session, 1, "0-0:0.2.0*255", 2)));
        Assert.Equal("09 08 58595AA1B2C3D4E5".Replace(" ", "", StringComparison.Ordinal), Hex(await headEnd.GetAsync(session, 1, "0-0:96.1.1*255", 2)));
        Assert.Equal("0101020212000109105859" + Convert.ToHexString("ZDCUA1B2C3D4E5"u8), Hex(await headEnd.GetAsync(session, 17, "0-0:41.0.0*255", 2)));
        Assert.Equal("090C07EA0B17010A071E00000000", Hex(await headEnd.GetAsync(session, 8, "0-0:1.0.0*255", 2)));
        Assert.Equal($"16{suite:X2}", Hex(await headEnd.GetAsync(session, 64, "0-0:43.0.0*255", 3)));
        Assert.Equal("0908" + Convert.ToHexString(HeadEnd.Title), Hex(await headEnd.GetAsync(session, 64, "0-0:43.0.0*255", 4)));
        Assert.Equal((1, 0), (bench.Counted.Associations, bench.Counted.RefusedAssociations));
        Assert.Contains(bench.Told, one => one.What == DoorEventKind.Associated);
    }

    [Fact]
    public async Task What_the_object_list_shows_is_there_and_what_it_denies_is_refused()
    {
        await using var bench = new NorthBench();
        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        var list = await headEnd.GetAsync(session, 15, "0-0:40.0.0*255", 2);
        var (objects, writable) = (0, new List<string>());
        foreach (var (classId, name, attribute, access) in Shown(list.Data))
        {
            var got = await headEnd.GetAsync(session, classId, name.ToString(), attribute);
            Assert.True((got.Error is null) == ((access & 1) != 0), $"{classId}/{name}/{attribute} has access {access}, and reading gives {got.Error}");
            objects += attribute == 1 ? 1 : 0;
            if ((access & 2) != 0)
            {
                writable.Add($"{classId}/{name}/{attribute}");
            }
            else
            {
                Assert.Equal(3, await headEnd.SetAsync(session, classId, name.ToString(), attribute, [0x11, 1]));
            }
        }

        Assert.Equal(23, objects);
        Assert.Equal([.. Enumerable.Range(3, 5).Select(attribute => $"40/{PushSetup}/{attribute}"), "1/0-0:96.128.20*255/2"], writable);
    }

    [Requirement("P9, P10")]
    [Fact]
    public async Task Everybody_reads_name_clock_and_counters_and_nothing_else()
    {
        await using var bench = new NorthBench();
        var (headEnd, management) = (bench.Connect(), bench.Session(first: 700));
        Assert.Null(await headEnd.AssociateAsync(management));
        var session = new ClientSession(AssociationSettings.Public, null, default);
        Assert.Null(await headEnd.AssociateAsync(session));
        Assert.Equal("XYZDCUA1B2C3D4E5", TextOf(await headEnd.GetAsync(session, 1, "0-0:42.0.0*255", 2)));
        Assert.Null((await headEnd.GetAsync(session, 8, "0-0:1.0.0*255", 2)).Error);
        var counter = await headEnd.GetAsync(session, 1, "0-0:43.1.1*255", 2);
        Assert.InRange(Convert.ToUInt32(Hex(counter)[2..], 16), 700u, 710u);
        Assert.Equal((byte?)4, (await headEnd.GetAsync(session, 1, "0-0:96.1.0*255", 2)).Error);
        Assert.Equal((byte?)4, (await headEnd.GetAsync(session, 7, MeterList, 2)).Error);
        Assert.Equal((byte?)4, (await headEnd.GetAsync(session, 64, "0-0:43.0.0*255", 2)).Error);
    }

    [Fact]
    public async Task Meters_are_listed_with_node_network_and_whether_they_are_reached_whole_and_by_entries()
    {
        await using var bench = new NorthBench();
        bench.Join("SIM0000000000007", "plc0", "0080E1010203");
        bench.Join("SIM0000000000009");
        bench.Meters.Add(View("GWI-12345678-3C-03", null));
        bench.Meters.Add(View("SIM0000000000007", bench.Nodes.FindNode("0080E1010203")));
        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        var rows = ListRows.Of(await headEnd.GetAsync(session, 7, MeterList, 2));
        Assert.Equal(3, rows.Count);
        Assert.Equal(["GWI-12345678-3C-03", "", "0", "radio0", "0"], [Ascii(rows[0][0]), rows[0][1], Last(rows[0][4]), Ascii(rows[0][5]), Last(rows[0][6])]);
        Assert.Equal(["SIM0000000000007", "0080E1010203", "1", "plc0", "1"], [Ascii(rows[1][0]), rows[1][1], Last(rows[1][4]), Ascii(rows[1][5]), Last(rows[1][6])]);
        Assert.Equal(["SIM0000000000009", "", "0", "feeder", "1"], [Ascii(rows[2][0]), rows[2][1], Last(rows[2][4]), Ascii(rows[2][5]), Last(rows[2][6])]);
        rows = ListRows.Of(await headEnd.GetAsync(session, 7, MeterList, 2, ProfileSelection.Entries(2, 2)));
        Assert.Equal("SIM0000000000007", Ascii(Assert.Single(rows)[0]));
        var columns = CaptureObject.ReadList((await headEnd.GetAsync(session, 7, MeterList, 3)).Data.Span);
        Assert.Equal(7, columns!.Length);
        Assert.Equal("0600000003", Hex(await headEnd.GetAsync(session, 7, MeterList, 7)));
    }

    [Fact]
    public async Task A_list_of_two_thousand_meters_comes_in_blocks()
    {
        await using var bench = new NorthBench();
        for (var i = 0; i < 2000; i++)
        {
            bench.Join($"SIM{i:D13}");
        }

        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        var rows = ListRows.Of(await headEnd.GetAsync(session, 7, MeterList, 2));
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"SIM{i:D13}"), rows.Select(row => Ascii(row[0])));
    }

    [Fact]
    public async Task What_happens_at_the_door_is_in_its_log_and_is_read_by_time()
    {
        await using var bench = new NorthBench();
        var wrong = HeadEnd.Session(new byte[16], bench.Authentication);
        Assert.NotNull(await bench.Connect().AssociateAsync(wrong));
        bench.Clock.Advance(TimeSpan.FromMinutes(10));
        var (headEnd, session) = (bench.Connect(), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        var rows = ListRows.Of(await headEnd.GetAsync(session, 7, "0-0:99.98.0*255", 2));
        Assert.Equal([(int)DoorEventKind.AssociationRefused, (int)DoorEventKind.Associated], rows.Select(row => Convert.ToInt32(row[1], 16)));
        byte[] Octets(int minute) => CosemTime.Write(CosemTime.Of(new DateTime(2026, 11, 23, 10, minute, 0), 0, false));
        rows = ListRows.Of(await headEnd.GetAsync(session, 7, "0-0:99.98.0*255", 2, ProfileSelection.Range(Octets(15), Octets(20), Obis.Parse("0-0:1.0.0*255"))));
        Assert.Equal((int)DoorEventKind.Associated, Convert.ToInt32(Assert.Single(rows)[1], 16));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_told_and_after_five_nobody_of_the_address_is_let_in()
    {
        await using var bench = new NorthBench();
        for (var i = 0; i < 5; i++)
        {
            Assert.NotNull(await bench.Connect().AssociateAsync(HeadEnd.Session(new byte[16], bench.Authentication)));
        }

        var from = System.Net.IPAddress.Parse("127.0.0.9");
        Assert.False(bench.Parts.Guard.LetsIn(from));
        Assert.Contains(bench.Told, one => one.What == DoorEventKind.AddressBarred);
        Assert.Single(bench.Told, one => one.What == DoorEventKind.AssociationRefused); // five within a minute are one
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(bench.Parts.Guard.LetsIn(from));
    }

    [Fact]
    public async Task A_box_without_a_key_says_which_line_is_missing()
    {
        await using var bench = new NorthBench { Key = null };
        Assert.NotNull(await bench.Connect().AssociateAsync(bench.Session()));
        Assert.Contains("DC-0001 dlms client=1", Assert.Single(bench.Told).Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AuthenticationMechanism.None, false)]
    [InlineData(AuthenticationMechanism.Low, false)]
    [InlineData(AuthenticationMechanism.Low, true)]
    [InlineData(AuthenticationMechanism.Sha256, true)]
    [InlineData(AuthenticationMechanism.None, true)]
    public async Task Less_than_was_configured_is_refused(AuthenticationMechanism mechanism, bool ciphered)
    {
        await using var bench = new NorthBench { Password = [.. "sesame"u8] };
        var settings = new AssociationSettings { Client = 1, Mechanism = mechanism, IsCiphered = ciphered };
        var session = ciphered ? HeadEnd.Session(bench.Key!, bench.Authentication, settings: settings) : new ClientSession(settings, null, "sesame"u8.ToArray());
        var headEnd = bench.Connect();
        Assert.NotNull(await headEnd.AssociateAsync(session));
        Assert.Equal(0, bench.Counted.Associations);
    }

    [Fact]
    public async Task A_password_serves_where_it_is_configured_and_another_one_does_not()
    {
        await using var bench = new NorthBench(options => options with { Mechanism = 1 }) { Password = [.. "sesame"u8] };
        var settings = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Low };
        Assert.NotNull(await bench.Connect().AssociateAsync(new ClientSession(settings, null, "semolina"u8.ToArray())));
        var (headEnd, session) = (bench.Connect(), new ClientSession(settings, null, "sesame"u8.ToArray()));
        Assert.Null(await headEnd.AssociateAsync(session));
        Assert.Equal("dc-0001", TextOf(await headEnd.GetAsync(session, 1, "0-0:96.1.0*255", 2)));
    }

    [Requirement("P5, P6")]
    [Fact]
    public async Task Weaker_protection_than_authenticated_and_encrypted_is_refused()
    {
        await using var bench = new NorthBench();
        var settings = new AssociationSettings { Client = 1, Mechanism = AuthenticationMechanism.Gmac, IsCiphered = true, Protection = CipheredContent.Authenticated };
        Assert.NotNull(await bench.Connect().AssociateAsync(HeadEnd.Session(bench.Key!, bench.Authentication, settings: settings)));
    }

    [Requirement("P5, P6")]
    [Fact]
    public async Task Nothing_is_read_before_the_proof_and_nothing_in_clear_after_it()
    {
        await using var bench = new NorthBench();
        var headEnd = bench.Connect();
        var get = Convert.FromHexString("C001C1000100006001 00FF0200".Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal([0xD8, 1, 1], await headEnd.AskAsync(1, 1, get));
        Assert.Null(await headEnd.AssociateAsync(bench.Session()));
        Assert.Equal([0xD8, 1, 1], await headEnd.AskAsync(1, 1, get));
        Assert.Equal([0xD8, 2, 1], await headEnd.AskAsync(1, 17, get));
        Assert.Equal([0xD8, 1, 1], await headEnd.AskAsync(2, 1, get));
    }

    [Requirement("EU8")]
    [Fact]
    public async Task A_counter_that_was_used_before_is_refused_on_every_connection()
    {
        await using var bench = new NorthBench();
        Assert.Null(await bench.Connect().AssociateAsync(bench.Session(first: 500)));
        var late = bench.Session(first: 20);
        Assert.NotNull(await bench.Connect().AssociateAsync(late));
        Assert.InRange(late.HintedCounter!.Value, 501u, 510u);
        Assert.Null(await bench.Connect().AssociateAsync(bench.Session(first: late.HintedCounter.Value)));
    }

    [Fact]
    public async Task The_box_uses_no_counter_twice_whatever_ends_its_lives()
    {
        var counters = new MemoryCountersSeen();
        for (var life = 0u; life < 3; life++)
        {
            await using var bench = new NorthBench(counters: counters.Kept);
            var (headEnd, session) = (bench.Connect(), bench.Session(first: 1 + (life * 1000)));
            Assert.Null(await headEnd.AssociateAsync(session));
            Assert.True(session.Security!.LastReceived > counters.Last, $"life {life}: {session.Security.LastReceived} after {counters.Last}");
            counters.Last = session.Security.LastReceived!.Value;
        }
    }

    [Fact]
    public async Task A_push_destination_is_kept_before_the_write_is_answered_and_only_where_the_box_may_call()
    {
        var memory = new Substation.FreshMemory();
        byte[] Destination(string where) => new DataWriter().Structure(3).Enum(0).Octets(Encoding.ASCII.GetBytes(where)).Enum(0).ToArray();
        await using (var bench = new NorthBench(memory: memory))
        {
            var (headEnd, session) = (bench.Connect(), bench.Session());
            Assert.Null(await headEnd.AssociateAsync(session));
            Assert.Equal(13, await headEnd.SetAsync(session, 40, PushSetup, 3, Destination("192.0.2.1:4059"))); // in no network of allow
            Assert.Equal(13, await headEnd.SetAsync(session, 40, PushSetup, 3, Destination("hes.example:4059")));
            Assert.Equal(250, await headEnd.SetAsync(session, 40, PushSetup, 3, Destination("127.0.0.1")));
            Assert.Equal(12, await headEnd.SetAsync(session, 40, PushSetup, 3, [0x11, 1]));
            Assert.Equal(0, await headEnd.SetAsync(session, 40, PushSetup, 3, Destination("127.0.0.1:4061")));
            Assert.Contains("push setup", memory.Names);
            Assert.Contains(bench.Told, one => one.What == DoorEventKind.SettingChanged);
        }

        await using var again = new NorthBench(memory: memory);
        Assert.Equal(("127.0.0.1", 4061), (again.Parts.Push.Setup.Target.Host, again.Parts.Push.Setup.Target.Port));
    }

    private static MeterView View(string id, NodeView? node) =>
        new(MeterId.Parse(id), "", "radio0", true, null, null, null, 0, 0, 0, "clear", null, null, false) { Node = node };

    private static List<(ushort ClassId, Obis Name, sbyte Attribute, int Access)> Shown(ReadOnlyMemory<byte> list)
    {
        var found = new List<(ushort, Obis, sbyte, int)>();
        var reader = new AXdrReader(list.Span);
        Assert.True(reader.TryItem(out var all));
        for (var i = 0; i < all.Count; i++)
        {
            Assert.True(reader.TryItem(out _) & reader.TryInteger(out var classId) & reader.TryInteger(out _) & reader.TryItem(out var name) & reader.TryItem(out _) & reader.TryItem(out var attributes));
            var o = name.Content.ToArray();
            for (var one = 0; one < attributes.Count; one++)
            {
                Assert.True(reader.TryItem(out _) & reader.TryInteger(out var number) & reader.TryInteger(out var access) & reader.TrySkip());
                found.Add(((ushort)classId, new Obis(o[0], o[1], o[2], o[3], o[4], o[5]), (sbyte)number, (int)access));
            }

            Assert.True(reader.TrySkip());
        }

        return found;
    }

    private static string Ascii(string hex) => Encoding.ASCII.GetString(Convert.FromHexString(hex));

    private static string Last(string hex) => hex[^1..];

    private static string TextOf(DataResult result)
    {
        Assert.Null(result.Error);
        return Encoding.ASCII.GetString(result.Data.Span[2..]);
    }

    private static string Hex(DataResult result)
    {
        Assert.Null(result.Error);
        return Convert.ToHexString(result.Data.Span);
    }

    private sealed class MemoryCountersSeen
    {
        internal Substation.MemoryCounters Kept { get; } = new();

        internal uint Last { get; set; }
    }
}
