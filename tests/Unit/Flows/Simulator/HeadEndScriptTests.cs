using Simulation.HeadEnd.Script;
using Unit.Plan;

namespace Unit.Flows.Simulator;

/// <summary>What a head-end does is read strictly: whoever writes a step that is none hears where and what there is.</summary>
public class HeadEndScriptTests
{
    [Fact]
    public void The_script_of_a_run_is_read_step_by_step()
    {
        var path = Path.Combine(Sources.Root, "tests", "Simulation", "Scripts", "orders.steps");
        var (steps, faults) = HeadEndScript.Read(File.ReadAllText(path), path);
        Assert.Empty(faults);
        Assert.Equal(
            ["wait", "read", "disconnect", "disconnect", "reconnect", "message", "identity", "meters", "clock", "profile", "register", "set-in-clear", "clock"], steps.Select(step => step.Verb));
        Assert.Equal(("""{"what":"registers"}""", TimeSpan.FromMinutes(2)), (steps[1].Arguments, steps[1].Within));
        Assert.Equal((OrderFlaw.Unsigned, OrderFlaw.None), (steps[2].Flaw, steps[3].Flaw));
        Assert.Equal(new Expectation("done", "-> disconnected"), steps[3].Wanted);
        Assert.Equal("""{"text":"Work on the line, Tuesday 10 to 11"}""", steps[5].Arguments);
        Assert.Equal(("1-0:99.1.0*255", 8, 2, false), (steps[9].Object, steps[9].Rows, steps[9].Client, steps[9].IsByNumber));
        Assert.Equal((1, true), (steps[10].Client, steps[10].IsByNumber));
        Assert.True(steps[12].IsUnproven);
    }

    [Theory]
    [InlineData("20s mqtt explode SIM0000000000007 -> done", "\"explode\" is no step at the door mqtt; there are wait, read")]
    [InlineData("20s dlms disconnect SIM0000000000007 -> done", "\"disconnect\" is no step at the door dlms; there are identity, meters")]
    [InlineData("20s fax read SIM0000000000007 -> done", "\"fax\" is no door; there are mqtt and dlms")]
    [InlineData("soon mqtt read SIM0000000000007 -> done", "\"soon\" is no time after the start")]
    [InlineData("20s mqtt read SIM0000000000007", "how it shall end is missing")]
    [InlineData("20s mqtt read SIM0000000000007 -> fine", "\"fine\" is no end of a step; there are accepted")]
    [InlineData("20s mqtt read SIM0000000000007 {\"what\":\"registers\" -> done", "the args")]
    [InlineData("20s mqtt read SIM0000000000007 {what} -> done", "the args are no JSON")]
    [InlineData("20s mqtt read SIM0000000000007 loudly -> done", "\"loudly\" is nothing that a step of the door mqtt knows")]
    [InlineData("20s mqtt read SIM0000000000007 within ever -> done", "\"within ever\" is nothing")]
    [InlineData("20s mqtt read sim! -> done", "\"sim!\" is nothing")]
    [InlineData("20s mqtt read SIM0000000000007 unproven -> done", "\"unproven\" is nothing")]
    [InlineData("20s mqtt wait -> done", "wait wants meters")]
    [InlineData("20s dlms clock -> done", "clock wants one meter")]
    [InlineData("20s dlms clock SIM0000000000007,SIM0000000000008 -> done", "clock wants one meter")]
    [InlineData("20s dlms profile SIM0000000000007 -> done", "profile wants a logical name")]
    [InlineData("20s dlms profile SIM0000000000007 1-0:99.1.0*255 last 0 -> done", "\"last 0\" is nothing")]
    [InlineData("20s dlms clock SIM0000000000007 {} -> done", null)]
    [InlineData("20s dlms clock SIM0000000000007 {\"a\":1} -> done", "args belong to orders over mqtt")]
    public void What_is_no_step_is_told_with_its_line(string line, string? fault)
    {
        var (steps, faults) = HeadEndScript.Read($"# a comment\n\n{line}\n0s dlms identity -> done\n", "x.steps");
        Assert.Equal(fault is null ? 2 : 1, steps.Count);
        Assert.Equal(fault is null ? 0 : 1, faults.Count);
        Assert.All(faults, told => Assert.StartsWith("x.steps:3: " + fault, told, StringComparison.Ordinal));
    }

    [Fact]
    public void A_script_without_a_step_is_none() => Assert.Equal(["x.steps: there is no step in it"], HeadEndScript.Read("# nothing\n", "x.steps").Faults);

    [Theory]
    [InlineData("done", "", "done", "whatever", true)]
    [InlineData("done", "", "failed", "whatever", false)]
    [InlineData("refused", "Unsigned", "refused", "unsigned; the order has no signature", true)]
    [InlineData("refused", "stale", "refused", "unsigned; the order has no signature", false)]
    public void A_step_ends_as_it_should_by_state_and_words(string state, string words, string was, string text, bool holds) =>
        Assert.Equal(holds, new Expectation(state, words).Holds(new StepOutcome(was, text)));
}
