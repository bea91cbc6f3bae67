using Metering.Driver;
using Metering.Keys;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.Dlms.Objects;

namespace Unit.Flows.Dlms.Orders;

/// <summary>Keys changed over the air: whatever happens in between, the box and the meter can speak afterwards, and no key is used twice under one counter.</summary>
public sealed class KeysTests : IDisposable
{
    private static readonly DlmsMeterPlan Plan = new(3, 7, Faults: MeterFault.LocksAfterThreeBadTags);
    private static readonly byte[] Guek = [.. Enumerable.Range(1, 16).Select(i => (byte)i)], Gak = [.. Enumerable.Range(101, 16).Select(i => (byte)i)], Other = [.. Enumerable.Range(201, 16).Select(i => (byte)i)];
    private readonly KeyBox _box = new();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task Keys_change_in_one_call_and_the_new_ones_serve(bool overHdlc, bool answersUnderOld)
    {
        await using var bench = _box.Live(Plan, overHdlc);
        bench.Meter.Keys.AnswersTransferUnderOldKey = answersUnderOld;
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, (KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak));
        Assert.True(step.State == OrderState.Done, step.Sentence);
        Assert.Equal(("client 1 with its key number 1", "client 1 with its key number 2"), (step.Before, step.After));
        Assert.Equal((Hex(Guek), Hex(Gak), 0, 0), (Hex(bench.Meter.Keys.Guek), Hex(bench.Meter.Keys.Gak), bench.Meter.Keys.BadTags, bench.Meter.Keys.Repeated));
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        step = await OrderAsync(bench, (KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak));
        Assert.Contains("serve already", step.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_new_keys_outlive_the_box_though_the_keys_file_has_the_old_ones()
    {
        await using (var bench = _box.Live(Plan))
        {
            Assert.True(await bench.ListeningAsync());
            Assert.Equal(OrderState.Done, (await OrderAsync(bench, (KeyPurpose.Guek, Guek))).State);
        }

        await ReadsAsync(OrderState.Done);
        Assert.Equal((0, 0), (_box.Meter!.Keys.BadTags, _box.Meter.Keys.Repeated));
    }

    [Fact]
    public async Task A_meter_that_refuses_the_keys_keeps_the_old_ones_and_so_does_the_box()
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        var order = _box.Order((KeyPurpose.Guek, Guek));
        var wrapped = order.Keys[0].Wrapped.ToArray();
        wrapped[5] ^= 1; // under another key-encrypting key
        var step = await bench.OrderAsync(OrderKind.Keys, new KeysOrder([order.Keys[0] with { Wrapped = wrapped }]).ToPayload());
        Assert.Equal((OrderState.Failed, step.Before), (step.State, step.After));
        Assert.Contains("the old keys serve still", step.Sentence, StringComparison.Ordinal);
        Assert.Equal(0, bench.Meter.Keys.BadTags);
        Assert.False(_box.Ring.Rotation!.IsPending(bench.Meter.Name, 1));
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, (KeyPurpose.Guek, Guek))).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lost_answer_is_unknown_and_the_next_association_finds_out_which_keys_serve(bool taken)
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        await bench.OrderAsync(OrderKind.Breaker, new BreakerOrder().ToPayload()); // associated
        var setup = (SecuritySetupObject)bench.Meter.Device.Find(64, new Metering.Obis(0, 0, 43, 0, 0, 255))!;
        setup.Transferred += bench.FallSilent;
        bench.Wire!.Lost = taken ? null : apdu => apdu.Span[0] == 0xCB;
        Assert.Equal(OrderState.Unknown, (await OrderAsync(bench, (KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak))).State);
        setup.Transferred -= bench.FallSilent;
        (bench.Wire!.IsSilent, bench.Wire.Lost) = (false, null);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        Assert.Equal((taken ? 1u : 0u, false, 0), (_box.Ring.Rotation!.Generation(bench.Meter.Name, 1), _box.Ring.Rotation.IsPending(bench.Meter.Name, 1), bench.Meter.Keys.Repeated));
        var again = await OrderAsync(bench, (KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak));
        Assert.True(again.State == OrderState.Done, again.Sentence);
        Assert.Equal(Hex(Guek), Hex(bench.Meter.Keys.Guek));
    }

    [Fact]
    public async Task A_kill_at_any_point_leaves_meter_and_box_able_to_speak()
    {
        var values = await CountAsync();
        Assert.InRange(values, 5, 12); // keys kept, pending, sent, accepted, committed, over
        for (var value = 1; value <= values; value++)
        {
            foreach (var after in new[] { false, true })
            {
                using var box = new KeyBox();
                await LiveAndDieAsync(box, () => box.KillAt(value, after));
                await SpeakAsync(box, $"killed {(after ? "after" : "before")} value {value} of {values}");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_kill_between_the_transfer_and_its_answer_leaves_them_able_to_speak(bool arrives)
    {
        using var box = new KeyBox();
        await LiveAndDieAsync(box, () => { }, arrives);
        await SpeakAsync(box, arrives ? "killed when the meter had it" : "killed on the way to the meter");
    }

    [Fact]
    public async Task Neither_key_is_tried_more_than_twice_in_a_day()
    {
        await using (var bench = _box.Live(Plan))
        {
            Assert.True(await bench.ListeningAsync());
            var setup = (SecuritySetupObject)bench.Meter.Device.Find(64, new Metering.Obis(0, 0, 43, 0, 0, 255))!;
            setup.Transferred += bench.FallSilent;
            Assert.Equal(OrderState.Unknown, (await OrderAsync(bench, (KeyPurpose.Guek, Guek))).State);
            bench.Meter.Keys.Guek = Other; // and somebody else gave it a third
        }

        var start = new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
        for (var hour = 0; hour < 4; hour++)
        {
            var step = await ReadsAsync(OrderState.Failed, start.AddHours(hour));
            Assert.Equal(MissReason.WrongKey, step.Why);
        }

        Assert.Equal(2, _box.Meter!.Keys.BadTags);
        Assert.Contains("not tried again before 2026-11-24 12:", (await ReadsAsync(OrderState.Failed, start.AddHours(5))).Sentence, StringComparison.Ordinal);
        _box.Meter.Keys.Guek = Guek; // it had taken the new one after all
        await ReadsAsync(OrderState.Failed, start.AddHours(23));
        await ReadsAsync(OrderState.Done, start.AddHours(25));
        Assert.Equal(1u, _box.Ring.Rotation!.Generation(_box.Meter.Name, 1));
    }

    [Fact]
    public async Task The_counters_of_a_new_key_are_a_range_of_their_own()
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        await bench.ReadAsync(ReadOrder.Registers);
        var (old, fresh) = (KeyCounters.Of(bench.Meter.Name, 1, 0), KeyCounters.Of(bench.Meter.Name, 1, 1));
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, (KeyPurpose.Guek, Guek))).State);
        var before = bench.Counters.LastAccepted(old with { KeyId = 1 });
        Assert.True(bench.Counters.LastAccepted(fresh with { KeyId = fresh.KeyId | 1 }) > before, "what the meter took under the new key is counted there");
        await bench.ReadAsync(ReadOrder.Registers);
        Assert.Equal(before, bench.Counters.LastAccepted(old with { KeyId = 1 })); // nothing is counted under the old one any more
    }

    [Fact]
    public async Task An_old_key_whose_counters_are_half_used_gives_way_to_one_that_begins_at_1()
    {
        await using var bench = _box.Live(Plan);
        await bench.Counters.ReserveAsync(KeyCounters.Of(bench.Meter.Name, 1, 0), 1, 0x9000_0000, CancellationToken.None);
        bench.Meter.Keys.Expects = 0x9000_0000;
        bench.Counters.Accept(KeyCounters.Of(bench.Meter.Name, 1, 0) with { KeyId = 1 }, 0x9000_0000, 0);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await OrderAsync(bench, (KeyPurpose.Guek, Guek))).State);
        Assert.InRange(bench.Meter.Keys.Expects, 2u, 200u);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
    }

    [Fact]
    public async Task A_secret_is_changed_by_its_association_and_proved_by_another_one()
    {
        var plan = Plan with { Mechanism = 6 };
        await using (var bench = _box.Live(plan))
        {
            Assert.True(await bench.ListeningAsync());
            var step = await OrderAsync(bench, (KeyPurpose.Hls, Guek));
            Assert.True(step.State == OrderState.Done, step.Sentence);
            Assert.Equal(Hex(Guek), Hex(bench.Meter.Keys.Secret));
        }

        await using var again = _box.Live(plan);
        Assert.True(await again.ListeningAsync());
        Assert.Equal(OrderState.Done, (await again.ReadAsync(ReadOrder.Registers)).State);
    }

    [Fact]
    public async Task A_broadcast_key_is_taken_by_the_meters_word()
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        var step = await OrderAsync(bench, (KeyPurpose.Gbek, Other));
        Assert.Equal((OrderState.Done, Hex(Other)), (step.State, Hex(bench.Meter.Keys.Gbek)));
        Assert.Equal(0u, _box.Ring.Rotation!.Generation(bench.Meter.Name, 1));
    }

    [Fact]
    public async Task No_step_and_nothing_that_is_kept_tells_a_key()
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        var order = _box.Order((KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak));
        var steps = await bench.StepsAsync(new MeterOrder("k", OrderKind.Keys, Metering.MeterId.Parse(bench.Meter.Name), order.ToPayload()));
        Assert.Equal(OrderState.Done, steps[^1].State);
        var told = string.Join('\n', steps.Select(step => $"{step.Sentence} {step.Before} {step.After} {Hex(step.Answer.ToArray())}")) + order + _box.Kept;
        foreach (var key in new[] { Guek, Gak, order.Keys[0].Wrapped.ToArray() })
        {
            Assert.DoesNotContain(Hex(key[..6]), told, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task An_order_that_is_none_is_refused_without_a_word_to_the_meter()
    {
        await using var bench = _box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        var taken = bench.Wire!.Taken;
        NewKey good = new(KeyPurpose.Guek, new byte[24], new byte[16]);
        KeysOrder[] orders =
        [
            new([]), new([good, good]), new([good with { Wrapped = new byte[16] }]), new([good with { Purpose = KeyPurpose.Psk }]), new([good, new(KeyPurpose.Hls, new byte[24], new byte[16])]),
            new([good with { Wrapped = new byte[32], Clear = new byte[24] }]),
        ];
        foreach (var order in orders)
        {
            Assert.Equal(OrderState.Refused, (await bench.OrderAsync(OrderKind.Keys, order.ToPayload())).State);
        }

        Assert.Equal(taken, bench.Wire.Taken);
        var step = await bench.OrderAsync(OrderKind.Keys, new KeysOrder([good with { Wrapped = new byte[40], Clear = new byte[32] }]).ToPayload());
        Assert.Equal((OrderState.Failed, "suite 0 wants keys of 16 octets, and guek has 32"), (step.State, step.Sentence));
    }

    public void Dispose() => _box.Dispose();

    private Task<OrderStep> OrderAsync(DriverBench bench, params (KeyPurpose Purpose, byte[] Key)[] keys) => bench.OrderAsync(OrderKind.Keys, _box.Order(keys).ToPayload());

    /// <summary>One life that reads.</summary>
    private async Task<OrderStep> ReadsAsync(OrderState state, DateTimeOffset? start = null)
    {
        await using var bench = _box.Live(Plan, start: start);
        Assert.True(await bench.ListeningAsync());
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.True(step.State == state, step.Sentence);
        return step;
    }

    /// <summary>Durable values of a change that nothing disturbs.</summary>
    private static async Task<int> CountAsync()
    {
        using var box = new KeyBox();
        await using var bench = box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        Assert.Equal(OrderState.Done, (await bench.OrderAsync(OrderKind.Keys, box.Order((KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak)).ToPayload())).State);
        return box.Durable;
    }

    /// <summary>A life that ends in the middle of an order.</summary>
    /// <param name="arrives">The kill comes with the transfer: the meter has it, or has not; null where something else kills.</param>
    private static async Task LiveAndDieAsync(KeyBox box, Action prepare, bool? arrives = null)
    {
        await using var bench = box.Live(Plan);
        Assert.True(await bench.ListeningAsync());
        await bench.OrderAsync(OrderKind.Breaker, new BreakerOrder().ToPayload()); // associated: what is sent next is the transfer
        var setup = (SecuritySetupObject)bench.Meter.Device.Find(64, new Metering.Obis(0, 0, 43, 0, 0, 255))!;
        bench.Wire!.Lost = apdu =>
        {
            if (arrives == false && apdu.Span[0] == 0xCB)
            {
                box.Kill();
            }

            return box.IsDead;
        };
        Action kill = () =>
        {
            box.Kill();
            bench.FallSilent();
        };
        setup.Transferred += arrives == true ? kill : null;
        prepare();
        await bench.OrderAsync(OrderKind.Keys, box.Order((KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak)).ToPayload());
        Assert.True(box.IsDead);
        setup.Transferred -= kill;
    }

    /// <summary>The next life reads the meter, and changes its keys.</summary>
    private static async Task SpeakAsync(KeyBox box, string when)
    {
        var had = Hex(box.Meter!.Keys.Guek);
        await using var bench = box.Live(Plan);
        Assert.True(await bench.ListeningAsync(), when);
        var step = await bench.ReadAsync(ReadOrder.Registers);
        Assert.True(step.State == OrderState.Done, $"{when}: {step.Sentence}");
        Assert.True(Hex(bench.Meter.Keys.Guek) == had, when);
        Assert.False(box.Ring.Rotation!.IsPending(bench.Meter.Name, 1) && had == Hex(Guek), when);
        step = await bench.OrderAsync(OrderKind.Keys, box.Order((KeyPurpose.Guek, Guek), (KeyPurpose.Gak, Gak)).ToPayload());
        Assert.True(step.State == OrderState.Done, $"{when}: {step.Sentence}");
        Assert.Equal((Hex(Guek), Hex(Gak)), (Hex(bench.Meter.Keys.Guek), Hex(bench.Meter.Keys.Gak)));
        Assert.Equal(OrderState.Done, (await bench.ReadAsync(ReadOrder.Registers)).State);
        Assert.True(bench.Meter.Keys.Repeated == 0, $"{when}: a counter was used twice");
        Assert.InRange(bench.Meter.Keys.BadTags, 0, 1);
    }

    private static string Hex(byte[] octets) => Convert.ToHexString(octets);
}
