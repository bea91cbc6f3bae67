using Metering;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Dlms.Objects;
using Substation;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Prepayment tokens: each is entered once, whatever happens, and the meter's credit is the proof.</summary>
public class TokenTests
{
    private static readonly DlmsMeterPlan Plan = new(3, 7) { HasCustomerSide = true };
    private const string Gateway = "\ntoken 0-0:19.40.0*255 0-0:19.10.0*255\n";

    [Requirement("F3")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_goes_through_unchanged_and_the_credit_grows(bool overHdlc)
    {
        await using var bench = Bench(overHdlc: overHdlc);
        Tokens(bench).Takes = TimeSpan.FromSeconds(6);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, Tokens(bench).Vend(1000, 1));
        Assert.Equal((OrderState.Done, "token format right, credit 500", "token executed, credit 1500"), (step.State, step.Before, step.After));
        Assert.Equal((1500, 1), (Tokens(bench).Credit, Tokens(bench).Entered));
    }

    [Fact]
    public async Task A_token_the_meter_does_not_accept_fails_with_its_reason()
    {
        await using var bench = Bench();
        Assert.True(await bench.ListeningAsync());
        var forged = Tokens(bench).Vend(1000, 1);
        forged[0] ^= 1;
        var step = await OrderAsync(bench, forged);
        Assert.Equal((OrderState.Failed, "token not authentic, credit 500"), (step.State, step.After));
        step = await OrderAsync(bench, [1, 2, 3]);
        Assert.Equal((OrderState.Failed, "token of a wrong format, credit 500"), (step.State, step.After));
    }

    [Fact]
    public async Task A_lost_answer_is_unknown_and_the_same_token_again_is_looked_after_and_not_sent()
    {
        await using var bench = Bench();
        Assert.True(await bench.ListeningAsync());
        var token = Tokens(bench).Vend(1000, 1);
        Tokens(bench).TakenIn += bench.FallSilent;
        var step = await OrderAsync(bench, token);
        Assert.Equal((OrderState.Unknown, "token format right, credit 500"), (step.State, step.Before));
        bench.Wire!.IsSilent = false;
        step = await OrderAsync(bench, token);
        Assert.Equal((OrderState.Done, "token executed, credit 1500", 1), (step.State, step.After, Tokens(bench).Entered));
        Assert.Equal("this token was sent before and is not sent again: token executed, credit 1500, credit 500 before", step.Sentence);
    }

    [Fact]
    public async Task A_token_that_never_arrived_is_not_sent_again_either()
    {
        await using var bench = Bench();
        Assert.True(await bench.ListeningAsync());
        await bench.OrderAsync(OrderKind.Breaker, new BreakerOrder().ToPayload());
        var token = Tokens(bench).Vend(1000, 1);
        bench.Wire!.Lost = apdu => apdu.Span[0] == 0xCB;
        Assert.Equal(OrderState.Unknown, (await OrderAsync(bench, token)).State);
        bench.Wire!.Lost = null;
        var step = await OrderAsync(bench, token);
        Assert.Equal((OrderState.Failed, 0, 500), (step.State, Tokens(bench).Entered, Tokens(bench).Credit));
        Assert.Contains("the meter's last token is another one", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_box_that_was_killed_after_it_was_sent_does_not_send_it_again()
    {
        var (memory, counters) = (new FreshMemory(), new MemoryCounters());
        DlmsMeter meter;
        byte[] token;
        await using (var bench = Bench(memory, counters))
        {
            meter = bench.Meter;
            token = Tokens(bench).Vend(700, 9);
            Assert.True(await bench.ListeningAsync());
            Tokens(bench).TakenIn += bench.Stop;
            Assert.Equal(OrderState.Unknown, (await OrderAsync(bench, token)).State);
        }

        await using var again = Bench(memory, counters, meter);
        Assert.True(await again.ListeningAsync());
        var step = await OrderAsync(again, token);
        Assert.Equal((OrderState.Done, 1, 1200), (step.State, Tokens(again).Entered, Tokens(again).Credit));
    }

    [Fact]
    public async Task A_meter_that_hides_its_tokens_is_believed_by_their_time_and_after_a_loss_not_at_all()
    {
        await using var bench = Bench();
        Tokens(bench).IsHidden = true;
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, Tokens(bench).Vend(1000, 1))).State);
        Tokens(bench).TakenIn += bench.FallSilent;
        bench.Clock.Advance(TimeSpan.FromSeconds(3));
        var second = Tokens(bench).Vend(1000, 2);
        Assert.Equal(OrderState.Unknown, (await OrderAsync(bench, second)).State);
        bench.Wire!.IsSilent = false;
        var step = await OrderAsync(bench, second);
        Assert.Equal((OrderState.Unknown, 2), (step.State, Tokens(bench).Entered));
        Assert.Contains("credit 2500, credit 1500 before", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_step_and_nothing_that_is_kept_tells_a_token()
    {
        await using var bench = Bench();
        Assert.True(await bench.ListeningAsync());
        var token = Tokens(bench).Vend(0x7FEDCBA, 0xABCDEF);
        IReadOnlyList<OrderStep> steps =
        [
            .. await bench.StepsAsync(new MeterOrder("one", OrderKind.Token, MeterId.Parse(bench.Meter.Name), new TokenOrder(token).ToPayload())),
            .. await bench.StepsAsync(new MeterOrder("two", OrderKind.Token, MeterId.Parse(bench.Meter.Name), new TokenOrder(token).ToPayload())),
        ];
        var told = string.Join('\n', steps.Select(step => $"{step.Sentence} {step.Before} {step.After} {Convert.ToHexString(step.Answer.Span)}")) + new TokenOrder(token)
            + string.Concat(bench.Memory.Names.Select(name => name + Convert.ToHexString(bench.Memory.Load("feeder", name).Span)));
        Assert.Contains("executed", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(token.AsSpan(0, 4)), told, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToHexString(token.AsSpan(8, 4)), told, StringComparison.OrdinalIgnoreCase);
    }

    private static DriverBench Bench(FreshMemory? memory = null, MemoryCounters? counters = null, DlmsMeter? meter = null, bool overHdlc = false) =>
        new(Plan, overHdlc ? new MeterHdlcPlan() : null, kind: text => text + Gateway, memory: memory, counters: counters, meter: meter);

    private static TokenGatewayObject Tokens(DriverBench bench) => bench.Meter.Part<CustomerSide>()!.Tokens;

    private static Task<OrderStep> OrderAsync(DriverBench bench, byte[] token) => bench.OrderAsync(OrderKind.Token, new TokenOrder(token).ToPayload());
}
