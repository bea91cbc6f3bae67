using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms;
using Simulation.Dlms.Objects;
using Substation;

namespace Unit.Flows.Dlms;

/// <summary>Profiles read by gap from meters that give less than was asked, or refuse the way it was asked.</summary>
public class ProfileGapTests
{
    private static readonly Obis Load = Obis.Parse("1-0:99.1.0*255");
    private static readonly DateTime From = new(2026, 11, 22, 0, 0, 0, DateTimeKind.Utc), To = new(2026, 11, 23, 9, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task A_day_is_a_part_on_a_slow_link_and_no_row_comes_twice()
    {
        var hdlc = new MeterHdlcPlan();
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, HistoryDays: 5), hdlc);
        Assert.True(await bench.ListeningAsync());
        var steps = await ReadAsync(bench, From.AddDays(-3), To);
        Assert.Equal(5, steps.Count(step => step.Told is not null)); // four days and the rest
        AssertRows(bench.Meter, From.AddDays(-3), To, steps);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public async Task What_a_meter_left_out_is_asked_for_once_more(int hours)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var clipped = new ClippingProfile((ProfileObject)bench.Meter.Device.Find(7, Load)!, TimeSpan.FromHours(hours));
        bench.Meter.Device.Add(clipped);
        Assert.True(await bench.ListeningAsync());
        var steps = await ReadAsync(bench, From, From.AddHours(hours * 2));
        AssertRows(bench.Meter, From, From.AddHours(hours * 2), steps, clipped.Inner);
    }

    [Fact]
    public async Task Rows_that_were_lost_for_good_are_asked_for_once_and_the_read_ends()
    {
        var outage = (From.AddHours(2), From.AddHours(5));
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var lossy = new LosingProfile((ProfileObject)bench.Meter.Device.Find(7, Load)!, outage);
        bench.Meter.Device.Add(lossy);
        Assert.True(await bench.ListeningAsync());
        var steps = await ReadAsync(bench, From, From.AddHours(8));
        Assert.Equal(OrderState.Done, steps[^1].State);
        Assert.Equal(2, lossy.Asked);
        Assert.Equal(33 - 13, Keys(steps).Count);
    }

    [Theory]
    [InlineData(13, true, false)] // scope violated: by number
    [InlineData(11, true, false)]
    [InlineData(13, false, false)] // neither: whole
    [InlineData(13, true, true)] // newest first
    public async Task A_meter_that_refuses_ranges_is_read_by_number_or_whole_and_where_numbers_do_is_not_asked_for_ranges_again(byte error, bool takesEntries, bool newestFirst)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7, Faults: newestFirst ? MeterFault.NewestFirst : MeterFault.None));
        var strict = new StrictProfile((ProfileObject)bench.Meter.Device.Find(7, Load)!, error, takesEntries);
        bench.Meter.Device.Add(strict);
        Assert.True(await bench.ListeningAsync());
        var first = await ReadAsync(bench, From, From.AddHours(6));
        var asked = strict.Refused;
        var second = await ReadAsync(bench, From.AddHours(6).AddSeconds(1), From.AddHours(12));
        Assert.True(!takesEntries || (asked == 1 && strict.Refused == 1));
        var expected = strict.Inner.Rows.Where(row => row.At >= From && row.At <= From.AddHours(12)).Select(row => KeyOf(bench.Meter, row));
        Assert.Empty(expected.Except(Keys([.. first, .. second])));
    }

    [Fact]
    public async Task A_range_long_overwritten_is_not_asked_for()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var steps = await ReadAsync(bench, To.AddYears(-3), To);
        Assert.InRange(steps.Count, 2, 8); // the profile holds 40 days: four pieces of ten, not 110
        Assert.InRange(steps[^1].HoldsFrom!.Value, To.AddDays(-41), To.AddDays(-39)); // what is older is overwritten, and said to be
        Assert.Null((await ReadAsync(bench, To.AddDays(-1), To))[^1].HoldsFrom);
        AssertRows(bench.Meter, To.AddYears(-3), To, steps);
    }

    [Fact]
    public async Task What_was_learned_outlives_a_restart_and_falls_with_the_firmware()
    {
        var memory = new FreshMemory();
        var plan = new DlmsMeterPlan(3, 7);
        var first = await AskedAsync(plan, memory, null);
        var second = await AskedAsync(plan, memory, null);
        Assert.Contains((7, 3), first);
        Assert.Contains((3, 3), first);
        Assert.DoesNotContain((7, 3), second);
        Assert.DoesNotContain((3, 3), second);
        Assert.Contains((7, 3), await AskedAsync(plan, memory, "SIM 2.0.0"));
    }

    [Fact]
    public async Task Capture_objects_that_changed_under_the_same_firmware_are_asked_for_again()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(5, (await ReadAsync(bench, From, To))[^1].Block!.Columns.Length + 1);
        var load = (ProfileObject)bench.Meter.Device.Find(7, Load)!;
        load.Change([.. load.Columns.SkipLast(1)], 900);
        load.Capture(To, 0);
        var step = (await ReadAsync(bench, From, To))[^1];
        Assert.Equal((OrderState.Done, 3), (step.State, step.Block!.Columns.Length));
    }

    [Fact]
    public async Task A_register_that_is_listed_and_gone_makes_the_list_be_asked_again()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var extra = new RegisterObject(bench.Meter, Obis.Parse("1-0:21.7.0*255"), 0, 27);
        var vanishing = new Vanishing(extra);
        bench.Meter.Device.Add(vanishing);
        Assert.True(await bench.ListeningAsync());
        var before = (await bench.ReadAsync(ReadOrder.Registers)).Block!.Columns.Length;
        vanishing.IsGone = true;
        var after = await bench.ReadAsync(ReadOrder.Registers);
        Assert.Equal((OrderState.Done, before), (after.State, after.Block!.Columns.Length)); // asked again, still listed: its value is null
    }

    /// <summary>Which attributes were asked for in one life of the driver.</summary>
    private static async Task<HashSet<(int, int)>> AskedAsync(DlmsMeterPlan plan, FreshMemory memory, string? firmware)
    {
        await using var bench = new DriverBench(plan, memory: memory);
        if (firmware is not null)
        {
            bench.Meter.Device.Add(new DataObject(new Obis(1, 0, 0, 2, 0, 255), () => new DataWriter().Octets(System.Text.Encoding.ASCII.GetBytes(firmware)).ToArray()));
        }

        var asked = new HashSet<(int, int)>();
        foreach (var one in bench.Meter.Device.Objects.ToList())
        {
            bench.Meter.Device.Add(new Watched(one, attribute => asked.Add((one.ClassId, attribute))));
        }

        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await bench.ReadAsync("load-profile")).State);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        return asked;
    }

    private static Task<IReadOnlyList<OrderStep>> ReadAsync(DriverBench bench, DateTime from, DateTime to) =>
        bench.StepsAsync(new MeterOrder("order-1", OrderKind.Read, MeterId.Parse(bench.Meter.Name), new ReadOrder("load-profile", from, to, "load-profile").ToPayload()));

    private static List<string> Keys(IEnumerable<OrderStep> steps) => [.. steps.Where(step => step.Block is not null).SelectMany(step => Enumerable.Range(0, step.Block!.Rows.Length).Select(step.Block.KeyOf))];

    private static string KeyOf(DlmsMeter meter, StoredRow row) => $"{meter.Name}/{Load}/{row.At:yyyy-MM-ddTHH:mm}Z/{row.Occurrence}";

    private static void AssertRows(DlmsMeter meter, DateTime from, DateTime to, IReadOnlyList<OrderStep> steps, ProfileObject? profile = null)
    {
        Assert.Equal(OrderState.Done, steps[^1].State);
        var stored = (profile ?? (ProfileObject)meter.Device.Find(7, Load)!).Rows.Where(row => row.At >= from && row.At <= to).Select(row => KeyOf(meter, row));
        Assert.Equal(stored.Order(StringComparer.Ordinal), Keys(steps).Order(StringComparer.Ordinal));
    }

    /// <summary>An object that is asked through.</summary>
    private class Watched(CosemObject inner, Action<int> asked) : CosemObject(inner.ClassId, inner.Version, inner.Name)
    {
        public override int Attributes => inner.Attributes;

        public override int Methods => inner.Methods;

        public override DataResult Get(int attribute, Selection? access)
        {
            asked(attribute);
            return inner.Get(attribute, access);
        }
    }

    /// <summary>Gives the first hours of a longer range only.</summary>
    private sealed class ClippingProfile(ProfileObject inner, TimeSpan most) : Watched(inner, _ => { })
    {
        internal ProfileObject Inner => inner;

        public override DataResult Get(int attribute, Selection? access) => inner.Get(attribute, attribute == 2 && access is { Selector: 1 } range && Ends(range) is var (from, to) && to - from > most
            ? ProfileSelection.Range(Octets(from), Octets(from + most), new Obis(0, 0, 1, 0, 0, 255)) : access);
    }

    /// <summary>Has lost rows for good, and counts how often it is asked.</summary>
    private sealed class LosingProfile(ProfileObject inner, (DateTime From, DateTime To) lost) : Watched(inner, _ => { })
    {
        internal int Asked { get; private set; }

        public override DataResult Get(int attribute, Selection? access)
        {
            if (attribute != 2)
            {
                return base.Get(attribute, access);
            }

            Asked++;
            var rows = new DataWriter();
            var data = inner.Get(2, access).Data;
            var reader = new AXdrReader(data.Span);
            reader.TryItem(out var array);
            var kept = new List<byte[]>();
            for (var row = 0; row < array.Count; row++)
            {
                var at = reader.Position;
                reader.TrySkip();
                var octets = data[at..reader.Position].ToArray();
                if (CosemTime.TryRead(octets.AsSpan(4, 12), DeviationSign.Standard, out var time) && time.ToUtc() is { } stamp && (stamp < lost.From || stamp > lost.To))
                {
                    kept.Add(octets);
                }
            }

            rows.Array(kept.Count);
            kept.ForEach(row => rows.Raw(row));
            return Result(rows.ToArray());
        }
    }

    /// <summary>Refuses selections.</summary>
    private sealed class StrictProfile(ProfileObject inner, byte error, bool takesEntries) : Watched(inner, _ => { })
    {
        internal ProfileObject Inner => inner;

        internal int Refused { get; private set; }

        public override DataResult Get(int attribute, Selection? access)
        {
            if (attribute == 2 && (access is { Selector: 1 } || (access is { Selector: 2 } && !takesEntries)))
            {
                Refused++;
                return Error(error);
            }

            return base.Get(attribute, access);
        }
    }

    private sealed class Vanishing(CosemObject inner) : Watched(inner, _ => { })
    {
        internal bool IsGone { get; set; }

        public override DataResult Get(int attribute, Selection? access) => IsGone ? Error(Undefined) : base.Get(attribute, access);
    }

    private static (DateTime From, DateTime To) Ends(Selection range)
    {
        var reader = new AXdrReader(range.Parameters.Span);
        reader.TryItem(out _);
        reader.TrySkip();
        reader.TryItem(out var from);
        CosemTime.TryRead(from.Content, DeviationSign.Standard, out var first);
        reader.TryItem(out var to);
        CosemTime.TryRead(to.Content, DeviationSign.Standard, out var last);
        return (first.ToUtc()!.Value, last.ToUtc()!.Value);
    }

    private static byte[] Octets(DateTime utc) => CosemTime.Write(CosemTime.Of(utc.AddHours(1), 60, false));
}
