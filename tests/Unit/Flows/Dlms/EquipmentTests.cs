using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Truth;

namespace Unit.Flows.Dlms;

/// <summary>The parts of a simulated meter do what their classes say, seen by a client.</summary>
public class EquipmentTests
{
    private static readonly Obis Breaker = Obis.Parse("0-0:96.3.10*255"), Calendar = Obis.Parse("0-0:13.0.0*255"), Clock = Obis.Parse("0-0:1.0.0*255"), EndOfBilling = Obis.Parse("0-0:10.0.1*255");
    private static readonly byte[] Zero = [0x0F, 0x00];

    [Theory]
    // mode, state after disconnect, after reconnect, after a hand, after the hand again
    [InlineData(0, 1, 1, 1, 1)]
    [InlineData(1, 0, 2, 1, 2)]
    [InlineData(2, 0, 1, 2, 1)]
    [InlineData(3, 0, 2, 1, 1)]
    [InlineData(4, 0, 1, 1, 1)]
    [InlineData(5, 0, 2, 1, 2)]
    [InlineData(6, 0, 2, 1, 1)]
    [InlineData(7, 0, 1, 1, 1)]
    public void A_breaker_obeys_its_control_mode(byte mode, int off, int on, int hand, int again)
    {
        var talk = Open(new DlmsMeterPlan(1, 7) { BreakerMode = mode });
        var control = talk.Meter.Part<Simulation.Dlms.Equipment.Breaker>()!.Control;
        Invoke(talk, 70, Breaker, 1);
        Assert.Equal(off, StateOf(talk));
        Invoke(talk, 70, Breaker, 2);
        Assert.Equal(on, StateOf(talk));
        control.ByHand();
        Assert.Equal(hand, StateOf(talk));
        control.ByHand();
        Assert.Equal(again, StateOf(talk));
    }

    [Fact]
    public void The_breakers_script_and_its_schedule_open_it_and_the_log_tells_so()
    {
        var talk = Open(new DlmsMeterPlan(1, 7));
        Assert.Equal(0, Invoke(talk, 9, Obis.Parse("0-0:10.0.106*255"), 1, [0x12, 0, 1]));
        Assert.Equal(0, StateOf(talk));
        Invoke(talk, 9, Obis.Parse("0-0:10.0.106*255"), 1, [0x12, 0, 2]);
        Assert.Equal(13, Invoke(talk, 9, Obis.Parse("0-0:10.0.106*255"), 1, [0x12, 0, 9]));
        var tonight = new DataWriter().Array(1).Structure(2).Octets([22, 30, 0, 0]).Octets([0x07, 0xEA, 11, 23, 0xFF]).ToArray();
        Assert.Equal(0, Set(talk, 22, Obis.Parse("0-0:15.0.1*255"), 4, tonight));
        talk.World = talk.World.AddHours(11); // 21:07 UTC, 22:07 local
        Assert.Equal(1, StateOf(talk));
        talk.World = talk.World.AddHours(1);
        Assert.Equal(0, StateOf(talk));
        Assert.Equal([62, 63, 62], LogOf(talk.Meter, 2).Rows.Select(row => row.Values[0].Number));
    }

    [Fact]
    public void A_limiter_opens_the_breaker_after_the_time_over_its_threshold_and_closes_it_in_mode_5()
    {
        var talk = Open(new DlmsMeterPlan(1, 7) { BreakerMode = 5 });
        Assert.Equal(0, Set(talk, 71, Obis.Parse("0-0:17.0.0*255"), 4, new DataWriter().UInt32(10).ToArray()));
        talk.World = talk.World.AddSeconds(59);
        Assert.Equal(1, StateOf(talk));
        talk.World = talk.World.AddSeconds(62);
        Assert.Equal(2, StateOf(talk));
        Set(talk, 71, Obis.Parse("0-0:17.0.0*255"), 4, new DataWriter().UInt32(1_000_000).ToArray());
        talk.World = talk.World.AddSeconds(150);
        Assert.Equal(1, StateOf(talk));
        Assert.Equal([65, 64, 66, 61], LogOf(talk.Meter, 2).Rows.Select(row => row.Values[0].Number));
    }

    [Fact]
    public void A_waiting_calendar_takes_over_at_its_time_and_the_one_that_holds_cannot_be_written()
    {
        var talk = Open(new DlmsMeterPlan(1, 7));
        var name = new DataWriter().Octets("WINTER"u8).ToArray();
        Assert.Equal(3, Set(talk, 20, Calendar, 2, name));
        Assert.Equal(0, Set(talk, 20, Calendar, 6, name));
        Assert.Equal(0, Set(talk, 20, Calendar, 10, new DataWriter().Octets(talk.Meter.Clock.Octets(talk.World.AddHours(1))).ToArray()));
        talk.World = talk.World.AddMinutes(59);
        Assert.NotEqual(name, talk.Get(20, Calendar, 2).Data.ToArray());
        talk.World = talk.World.AddMinutes(2);
        Assert.Equal(name, talk.Get(20, Calendar, 2).Data.ToArray());
        Assert.Equal(0, Set(talk, 20, Calendar, 6, new DataWriter().Octets("SPRING"u8).ToArray()));
        Assert.Equal(0, Invoke(talk, 20, Calendar, 1));
        Assert.Equal("SPRING", System.Text.Encoding.ASCII.GetString(talk.Get(20, Calendar, 2).Data.Span[2..]));
    }

    [Fact]
    public void Special_days_are_inserted_replaced_and_taken_away()
    {
        var talk = Open(new DlmsMeterPlan(1, 7));
        var days = Obis.Parse("0-0:11.0.0*255");
        byte[] Day(ushort index, byte id) => new DataWriter().Structure(3).UInt16(index).Octets([0xFF, 0xFF, 12, 25, 0xFF]).UInt8(id).ToArray();
        Assert.Equal(0, Invoke(talk, 11, days, 1, Day(1, 3)));
        Assert.Equal(0, Invoke(talk, 11, days, 1, Day(2, 3)));
        Assert.Equal(0, Invoke(talk, 11, days, 1, Day(2, 4)));
        Assert.Equal([0x01, 2, .. Day(1, 3), .. Day(2, 4)], talk.Get(11, days, 2).Data.ToArray());
        Assert.Equal(0, Invoke(talk, 11, days, 2, [0x12, 0, 1]));
        Assert.Equal([0x01, 1, .. Day(2, 4)], talk.Get(11, days, 2).Data.ToArray());
        Assert.Equal(13, Invoke(talk, 11, days, 2, [0x12, 0, 1]));
    }

    [Fact]
    public void A_clock_is_shifted_rounded_and_preset()
    {
        var talk = Open(new DlmsMeterPlan(1, 7)); // 10:07:30
        Assert.Equal(0, Invoke(talk, 8, Clock, 6, [0x10, 0x00, 0x0A]));
        Assert.Equal(talk.World.AddSeconds(10), talk.Meter.Clock.Now);
        Assert.Equal(13, Invoke(talk, 8, Clock, 6, [0x10, 0x03, 0x85]));
        Assert.Equal(0, Invoke(talk, 8, Clock, 3));
        Assert.Equal(new DateTime(2026, 11, 23, 10, 8, 0), talk.Meter.Clock.Now);
        Assert.Equal(0, Invoke(talk, 8, Clock, 1));
        Assert.Equal(new DateTime(2026, 11, 23, 10, 15, 0), talk.Meter.Clock.Now);
        var preset = new DateTime(2026, 11, 23, 11, 0, 0, DateTimeKind.Utc);
        byte[] Time(DateTime utc) => [0x09, 12, .. talk.Meter.Clock.Octets(utc)];
        Assert.Equal(250, Invoke(talk, 8, Clock, 4));
        Assert.Equal(0, Invoke(talk, 8, Clock, 5, [0x02, 3, .. Time(preset), .. Time(preset.AddHours(-1)), .. Time(preset.AddHours(1))]));
        Assert.Equal(0, Invoke(talk, 8, Clock, 4));
        Assert.Equal(preset, talk.Meter.Clock.Now);
        Assert.Equal([4, 5, 4, 5, 4, 5, 4, 5], LogOf(talk.Meter, 0).Rows.Skip(2).Select(row => row.Values[0].Number));
    }

    [Fact]
    public void An_alarm_goes_through_its_filter_into_register_and_descriptor_and_is_cleared_by_writing()
    {
        var talk = Open(new DlmsMeterPlan(1, 7));
        var raised = new List<uint>();
        talk.Meter.Part<Alarms>()!.Raised += raised.Add;
        talk.Meter.Raise(EventLog.Fraud, 40);
        talk.Meter.Raise(EventLog.Fraud, 40);
        Assert.Equal([0x06, 0, 0, 0x20, 0], talk.Get(1, Obis.Parse("0-0:97.98.0*255"), 2).Data.ToArray());
        Assert.Equal(0, Set(talk, 1, Obis.Parse("0-0:97.98.20*255"), 2, [0x06, 0, 0, 0, 0]));
        talk.Meter.Raise(EventLog.Fraud, 44);
        Assert.Equal([0x2000u, 0x2000u], raised);
        Set(talk, 1, Obis.Parse("0-0:97.98.10*255"), 2, [0x06, 0, 0, 0, 0]);
        talk.Meter.Raise(EventLog.Standard, 7);
        Assert.Equal([0x06, 0, 0, 0x20, 0], talk.Get(1, Obis.Parse("0-0:97.98.0*255"), 2).Data.ToArray());
    }

    [Fact]
    public async Task Billing_rows_arrive_with_their_maxima_and_when_they_were()
    {
        await using var flow = new FlowBench(new DlmsMeterPlan(3, 7, HistoryDays: 40));
        await flow.ListeningAsync();
        Assert.Equal(OrderState.Done, (await flow.ReadAsync("billing-profile")).State);
        var billing = flow.Meter.Part<Billing>()!;
        var row = Assert.Single(flow.Rows("0-0:98.1.0*255"));
        Assert.Equal(RowTruth.Of(flow.Meter, billing.Profile, billing.Profile.Rows[0]), row);
        Assert.Equal($"SIM0000000000003/0-0:98.1.0*255/2026-10-31T23:00Z/0", row.Key);
        var values = row.Values.Split(' ');
        Assert.Equal(10, values.Length);
        Assert.Matches(@"^2026-10-\d\dT\d\d:(00|15|30|45):00\+0[12]:00$", values[5]);
        Assert.True(long.Parse(values[4], null) >= long.Parse(values[6], null) && long.Parse(values[4], null) >= long.Parse(values[8], null));

        // A person ends the period: the maxima begin anew.
        billing.Close(flow.Meter.Clock.Now);
        await flow.ReadAsync("billing-profile");
        Assert.Equal(2, flow.Rows("0-0:98.1.0*255").Count);
        Assert.Equal(RowTruth.Of(flow.Meter, billing.Profile), flow.Rows("0-0:98.1.0*255"));
    }

    [Fact]
    public void The_end_of_billing_script_takes_a_row_and_resets_the_maximum()
    {
        var talk = Open(new DlmsMeterPlan(1, 7));
        var maximum = Obis.Parse("1-0:1.6.0*255");
        Assert.NotEqual([0x06, 0, 0, 0, 0], talk.Get(4, maximum, 2).Data.ToArray());
        Assert.Equal(0, Invoke(talk, 9, EndOfBilling, 1, [0x12, 0, 1]));
        Assert.Equal([0x06, 0, 0, 0, 0], talk.Get(4, maximum, 2).Data.ToArray());
        Assert.Equal(talk.Meter.Clock.Octets(talk.World), talk.Get(4, maximum, 5).Data.Span[2..].ToArray());
    }

    [Theory]
    [InlineData("idis", "power-quality-log", "0-0:99.98.4*255")]
    [InlineData("dsmr", "power-quality-log", "0-0:99.98.5*255")]
    [InlineData("dsmr", "communication-log", "0-0:99.98.4*255")]
    [InlineData("prime", "power-quality-log", "0-0:99.98.5*255")]
    [InlineData("idis", "fraud-log", "0-0:99.98.1*255")]
    public async Task Logs_stand_where_the_kind_of_meter_has_them(string kind, string log, string name)
    {
        await using var flow = new FlowBench(new DlmsMeterPlan(3, 7, Kind: kind));
        await flow.ListeningAsync();
        flow.Meter.Raise(Enum.Parse<EventLog>(log[..^4].Replace("-", "", StringComparison.Ordinal), ignoreCase: true), 42);
        var step = await flow.ReadAsync(log);
        var told = Assert.Single(Assert.IsType<DriverEvent.EventsTaken>(step.Told).Events);
        Assert.Equal((Obis.Parse(name), 42), (told.Log, told.Number));
    }

    [Theory]
    [InlineData("idis", true)]
    [InlineData("dsmr", false)]
    public void One_association_more_than_the_meter_keeps_is_refused_for_now(string kind, bool refused)
    {
        var plan = new DlmsMeterPlan(1, 7, Kind: kind);
        var talk = Open(plan);
        var reading = new Conversation(talk.Meter, Conversation.Management() with { Client = 2 }, talk.Meter.ReadingKeys);
        var sentence = reading.Associate();
        Assert.Equal(refused ? "the meter refused the association for now: no reason given" : null, sentence);
        Assert.Null(talk.Get(3, Obis.Parse("1-0:1.8.0*255"), 2).Error);
        if (!refused)
        {
            Assert.Equal("the meter refused the association for now: no reason given", new Conversation(talk.Meter, AssociationSettings.Public, talk.Meter.Keys).Associate());
        }
    }

    [Fact]
    public void The_reading_client_reads_and_changes_nothing_and_its_object_list_says_so()
    {
        var meter = new DlmsMeter(new DlmsMeterPlan(1, 7), () => new DateTime(2026, 11, 23, 10, 7, 30, DateTimeKind.Utc));
        var talk = new Conversation(meter, Conversation.Management() with { Client = 2 }, meter.ReadingKeys);
        Assert.Null(talk.Associate());
        Assert.Null(talk.Get(3, Obis.Parse("1-0:1.8.0*255"), 2).Error);
        Assert.Equal(3, Set(talk, 8, Clock, 2, new DataWriter().Octets(meter.Clock.Octets(meter.Clock.Now)).ToArray()));
        Assert.Equal(3, Invoke(talk, 70, Breaker, 1));
        Assert.Equal(1, meter.Part<Simulation.Dlms.Equipment.Breaker>()!.Control.State);
        var listed = ObjectList.Read(talk.Get(15, Obis.Parse("0-0:40.0.0*255"), 2).Data.Span)!;
        Assert.Contains(listed, one => one.ClassId == 70);
        Assert.DoesNotContain(listed, one => one.ClassId is 18 or 64);
    }

    private static Conversation Open(DlmsMeterPlan plan)
    {
        var talk = new Conversation(plan, Conversation.Management());
        Assert.Null(talk.Associate());
        return talk;
    }

    private static Simulation.Dlms.Objects.ProfileObject LogOf(DlmsMeter meter, byte number) => meter.Profiles.Single(profile => profile.Name == new Obis(0, 0, 99, 98, number, 255));

    private static int StateOf(Conversation talk) => talk.Get(70, Breaker, 3).Data.Span[1];

    private static int Invoke(Conversation talk, ushort classId, Obis name, sbyte method, byte[]? parameters = null)
    {
        var action = new ActionProcedure(new AttributeDescriptor(classId, name, method), parameters ?? Zero);
        Assert.Null(talk.Run(action));
        return action.Result.Result;
    }

    private static int Set(Conversation talk, ushort classId, Obis name, sbyte attribute, byte[] value)
    {
        var set = new SetProcedure(new AttributeDescriptor(classId, name, attribute), value);
        Assert.Null(talk.Run(set));
        return set.Result;
    }
}
