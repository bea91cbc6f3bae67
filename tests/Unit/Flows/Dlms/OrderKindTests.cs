using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Protocols.Dlms.Model;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>Orders other than reading, executed by a simulated meter.</summary>
public class OrderKindTests
{
    private static readonly Obis Notice = Obis.Parse("0-0:96.13.0*255");
    private static readonly CosemTarget Text = new(1, Notice, 2);

    [Requirement("F2")]
    [Fact]
    public async Task A_written_attribute_is_read_back()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        bench.Meter.Device.Add(new NoticeObject());
        Assert.True(await bench.ListeningAsync());
        var value = new DataWriter().Octets("no power on Friday"u8).ToArray();
        var step = await bench.OrderAsync(OrderKind.Write, new WriteOrder(Text, value).ToPayload());
        Assert.Equal((OrderState.Done, Convert.ToHexString(value)), (step.State, Convert.ToHexString(step.Answer.Span)));
        Assert.Contains("reads back as it was sent", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_meter_that_refuses_to_be_written_says_so_in_words()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Write, new WriteOrder(new CosemTarget(3, Obis.Parse("1-0:1.8.0*255"), 2), new DataWriter().UInt32(0).ToArray()).ToPayload());
        Assert.Equal(OrderState.Failed, step.State);
        Assert.Contains("1-0:1.8.0*255", step.Sentence, StringComparison.Ordinal);
        Assert.Contains("read-write denied", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_is_executed_and_its_answer_comes_back()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        bench.Meter.Device.Add(new NoticeObject());
        Assert.True(await bench.ListeningAsync());
        var step = await bench.OrderAsync(OrderKind.Execute, new ExecuteOrder(new CosemTarget(1, Notice, 1), new DataWriter().UInt8(7).ToArray()).ToPayload());
        Assert.Equal((OrderState.Done, "1107"), (step.State, Convert.ToHexString(step.Answer.Span)));
    }

    [Fact]
    public async Task A_change_that_is_not_answered_is_unknown_not_failed()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        var notice = new NoticeObject();
        bench.Meter.Device.Add(notice);
        Assert.True(await bench.ListeningAsync());
        notice.Executed += () => bench.Wire!.IsSilent = true; // the meter does it, and the answer is lost
        var step = await bench.OrderAsync(OrderKind.Execute, new ExecuteOrder(new CosemTarget(1, Notice, 1), default).ToPayload());
        Assert.Equal(OrderState.Unknown, step.State);
        Assert.True(notice.WasExecuted);
    }

    [Fact]
    public async Task Somebody_elses_APDU_goes_through_and_its_answer_has_their_invoke_id()
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var asked = new GetRequest.Normal(new InvokeId(0xCD), new AttributeDescriptor(3, Obis.Parse("1-0:1.8.0*255"), 3), null).ToOctets();
        var step = await bench.OrderAsync(OrderKind.Exchange, asked);
        Assert.Equal((OrderState.Done, "C401CD0002020F00161E"), (step.State, Convert.ToHexString(step.Answer.Span)));
    }

    [Theory]
    [InlineData(OrderKind.Exchange, "D801")]
    [InlineData(OrderKind.Exchange, "C0010100030100010800FF0200")] // wants no answer
    [InlineData(OrderKind.Exchange, "")]
    [InlineData(OrderKind.Write, "")]
    [InlineData(OrderKind.Write, "01020304")]
    [InlineData(OrderKind.Execute, "FFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(OrderKind.Read, "05")]
    [InlineData(OrderKind.Disconnect, "")]
    [InlineData(OrderKind.Reconnect, "80")]
    [InlineData(OrderKind.Breaker, "")]
    [InlineData(OrderKind.Limiter, "00FF")]
    [InlineData(OrderKind.Calendar, "000000FF")]
    [InlineData(OrderKind.LoadSwitch, "")]
    [InlineData(OrderKind.Message, "02")]
    [InlineData(OrderKind.Token, "00")]
    public async Task An_order_whose_payload_is_none_is_refused_before_anything_is_sent(OrderKind kind, string payload)
    {
        await using var bench = new DriverBench(new DlmsMeterPlan(3, 7));
        Assert.True(await bench.ListeningAsync());
        var before = bench.Wire!.Taken;
        var step = await bench.OrderAsync(kind, Convert.FromHexString(payload));
        Assert.Equal((OrderState.Refused, before), (step.State, bench.Wire.Taken));
    }

    /// <summary>Holds a text, and gives back what it is called with.</summary>
    private sealed class NoticeObject() : CosemObject(1, 0, Notice)
    {
        private ReadOnlyMemory<byte> _value = (byte[])[0];

        internal event Action? Executed;

        internal bool WasExecuted { get; private set; }

        public override int Attributes => 2;

        public override int Methods => 1;

        public override DataResult Get(int attribute, Selection? access) => Result(_value.ToArray());

        public override byte Set(int attribute, ReadOnlyMemory<byte> value)
        {
            _value = value.ToArray();
            return Success;
        }

        public override ActionResult Invoke(int method, ReadOnlyMemory<byte>? parameters)
        {
            WasExecuted = true;
            Executed?.Invoke();
            return new ActionResult(Success, parameters is { } given ? new DataResult(given, null) : null);
        }
    }
}
