using Concentrator.Ports;
using Metering.Orders;
using Metering.Orders.Authorization;

namespace Unit.Flows.Orders;

/// <summary>docs/orders.md at the doors themselves: each cell of its table given for real, signed and unsigned by a head-end over MQTT, by a user of that one role at the socket.</summary>
public class RoleDoorTests
{
    private const string Meter = "LGZ1030655933512";

    /// <summary>Its arguments are sealed to the box: who may give it comes as far as these.</summary>
    private const string Keys = "keys";

    public static TheoryData<string, string, string> Cells => RoleMatrixTests.Cells;

    [Requirement("E7", "F4", "P9, P10")]
    [Theory]
    [MemberData(nameof(Cells))]
    public async Task A_cell_of_the_table_is_what_its_door_does(string verb, string role, string cell)
    {
        var who = Enum.Parse<Role>(role);
        using var bench = new OrderBench(new AuthorityPolicy { NeedApproval = new HashSet<string> { "reconnect", "limiter", "firmware" } });
        bench.Users["somebody"] = [who];
        bench.Run();
        await PrepareAsync(bench, verb, who);
        if (who != Role.HeadEnd)
        {
            await GivenAsync(bench, verb, cell == "x", "role", () => bench.SubmitAsync("somebody", verb, $$"""{"args":{{OrderExamples.ArgumentsOf(verb)}},"meters":[{{MetersOf(verb)}}]}"""));
            return;
        }

        var order = new SignedOrder("o1", OrderExamples.ArgumentsOf(verb), IsOfTheBox(verb) ? [] : [Meter]);
        await GivenAsync(bench, verb, cell == "x", cell == "s" ? "unsigned" : "role", () => bench.GiveAsync(verb, order.Unsigned()));
        if (cell != "x")
        {
            await GivenAsync(bench, verb, cell == "s", "role", () => bench.GiveAsync(verb, (order with { Id = "o2" }).By(bench.Key)));
        }
    }

    /// <summary>Accepted and carried out; or refused with its word, audited once, and with nobody reached.</summary>
    private static async Task GivenAsync(OrderBench bench, string verb, bool isTaken, string code, Func<Task<OrderReceipt>> give)
    {
        var (audited, reached, box) = (bench.Audited, bench.Reached.Count, bench.Box.Count);
        var receipt = await give();
        Assert.Equal(audited + 1, bench.Audited); // taken or refused: one line
        if (!isTaken || verb == Keys)
        {
            Assert.Equal((OrderState.Refused, isTaken ? "arguments" : code), (receipt.State, receipt.Code));
            bench.Clock.Advance(TimeSpan.FromSeconds(30));
            await Patience.SettledAsync();
            Assert.Equal((reached, box), (bench.Reached.Count, bench.Box.Count));
            return;
        }

        Assert.True(receipt.State == OrderState.Accepted, receipt.Sentence);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => Waits(verb) ? bench.Door.Find(receipt.OrderId)!.Sentence.StartsWith("waits", StringComparison.Ordinal) : OrderStates.IsFinal(bench.Door.Find(receipt.OrderId)!.State), TimeSpan.FromSeconds(1)), $"{bench.Door.Find(receipt.OrderId)}");
        Assert.Equal(IsOfTheBox(verb) || Waits(verb) ? reached : reached + 1, verb == "approve" ? reached : bench.Reached.Count);
    }

    /// <summary>What is cancelled or approved is an order that the role might have given itself; what it may not give at all needs none that fits.</summary>
    private static async Task PrepareAsync(OrderBench bench, string verb, Role role)
    {
        if (verb is not ("cancel" or "approve"))
        {
            return;
        }

        var subject = role == Role.SecurityOfficer ? "firmware" : verb == "approve" ? "limiter" : "clock";
        var order = new SignedOrder("subject", OrderExamples.ArgumentsOf(subject), [Meter]) with { KeyId = "hes-2", NotBefore = verb == "cancel" ? OrderBench.Start.AddHours(1) : null };
        Assert.Equal(OrderState.Accepted, (await bench.GiveAsync(subject, order.By(bench.Second))).State);
    }

    private static bool Waits(string verb) => verb is "reconnect" or "limiter" or "firmware";

    private static bool IsOfTheBox(string verb) => OrderVerbs.Find(verb)!.Kind is null;

    private static string MetersOf(string verb) => IsOfTheBox(verb) ? "" : $"\"{Meter}\"";
}
