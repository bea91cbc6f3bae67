using Metering;
using Metering.Keys;
using Metering.Orders;

namespace Unit.Properties.Dlms;

/// <summary>Payloads of orders: what is written is read again, and what is rubbish is refused with a sentence, by whatever kind.</summary>
public class OrderPayloadTests
{
    private static readonly DateTimeOffset At = new(2027, 3, 28, 2, 30, 0, TimeSpan.FromHours(1));
    private static readonly Obis Name = new(0, 1, 96, 3, 10, 255);

    [Fact]
    public void A_limiter_order_is_read_as_it_was_written()
    {
        LimiterOrder[] orders =
        [
            new(default, 4600), new(Name, 16.25m, 0.001m, "A", TimeSpan.FromSeconds(60), TimeSpan.Zero, new EmergencyProfile(65535, At, TimeSpan.FromDays(2)), [1, 65535]), new(default, null, Groups: []),
            new(default, decimal.MaxValue, decimal.Zero, "W"),
        ];
        foreach (var order in orders)
        {
            var read = LimiterOrder.Parse(order.ToPayload());
            Assert.Equal(order with { Groups = null }, read with { Groups = null });
            Assert.Equal(order.Groups, read.Groups);
        }
    }

    [Fact]
    public void A_calendar_order_is_read_as_it_was_written()
    {
        var order = Flows.Dlms.Orders.CalendarTests.Summer with { Activate = At, Calendar = Name, Table = Name };
        var read = CalendarOrder.Parse(order.ToPayload());
        Assert.Equal(order.ToPayload(), read.ToPayload());
        Assert.Equal((order.Name, order.Activate, order.Calendar, order.Table), (read.Name, read.Activate, read.Calendar, read.Table));
        Assert.Equal(order.Seasons, read.Seasons);
        Assert.Equal(order.SpecialDays, read.SpecialDays);
        Assert.Equal(order.Days.SelectMany(day => day.Switches), read.Days.SelectMany(day => day.Switches));
        Assert.Null(CalendarOrder.Parse((order with { SpecialDays = null }).ToPayload()).SpecialDays);
    }

    [Fact]
    public void The_small_ones_are_read_as_they_were_written()
    {
        Assert.Equal(new BreakerOrder(Name), BreakerOrder.Parse(new BreakerOrder(Name).ToPayload()));
        Assert.Equal(new LoadSwitchOrder("boiler", true), LoadSwitchOrder.Parse(new LoadSwitchOrder("boiler", true).ToPayload()));
        Assert.Equal(new MessageOrder("Grüße", "display"), MessageOrder.Parse(new MessageOrder("Grüße", "display").ToPayload()));
        Assert.Equal("010203", Convert.ToHexString(TokenOrder.Parse(new TokenOrder((byte[])[1, 2, 3], Name).ToPayload()).Token.Span));
        var key = KeysOrder.Parse(new KeysOrder([new NewKey(KeyPurpose.Gak, new byte[] { 1, 2 }, new byte[] { 3 })], Name).ToPayload());
        Assert.Equal((Name, KeyPurpose.Gak, "0102", "03"), (key.Setup, key.Keys[0].Purpose, Convert.ToHexString(key.Keys[0].Wrapped.Span), Convert.ToHexString(key.Keys[0].Clear.Span)));
    }

    [Fact]
    public void Rubbish_is_no_order_of_any_kind_and_throws_nothing_else() => Gen.Select(Gen.Int[0, Parsers.Length - 1], Gen.Byte.Array[0, 80]).Sample((kind, octets) => { Refuse(kind, octets); });

    [Fact]
    public void A_payload_that_is_cut_anywhere_throws_nothing_else()
    {
        byte[][] whole =
        [
            Flows.Dlms.Orders.CalendarTests.Summer.ToPayload(), new LimiterOrder(Name, 1, 2, "W", TimeSpan.Zero, TimeSpan.Zero, new EmergencyProfile(1, At, TimeSpan.FromHours(1)), [1]).ToPayload(),
            new KeysOrder([new NewKey(KeyPurpose.Guek, new byte[24], new byte[16])]).ToPayload(), (new FirmwareOrder(new byte[3], new byte[9], default, true) { ActivateAt = At }).ToPayload(),
        ];
        for (var kind = 0; kind < whole.Length; kind++)
        {
            Assert.True(Refuse(kind, whole[kind]));
            for (var length = 0; length < whole[kind].Length; length++)
            {
                Refuse(kind, whole[kind].AsMemory(0, length));
            }
        }
    }

    private static readonly Action<ReadOnlyMemory<byte>>[] Parsers =
    [
        octets => CalendarOrder.Parse(octets), octets => LimiterOrder.Parse(octets), octets => KeysOrder.Parse(octets), octets => FirmwareOrder.Parse(octets), octets => BreakerOrder.Parse(octets),
        octets => LoadSwitchOrder.Parse(octets), octets => MessageOrder.Parse(octets), octets => TokenOrder.Parse(octets),
    ];

    /// <summary>True where it is an order.</summary>
    private static bool Refuse(int kind, ReadOnlyMemory<byte> octets)
    {
        try
        {
            Parsers[kind](octets);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException)
        {
            return false; // what the queue takes for a refusal
        }
    }
}
