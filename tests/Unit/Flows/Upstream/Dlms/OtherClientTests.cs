using System.Globalization;
using System.Text.Json;
using Metering.Orders;
using Simulation.Dlms;
using Simulation.HeadEnd.Door;
using Simulation.HeadEnd.Script;
using Unit.Flows.Dlms;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>
/// The simulated head-end at the product's door: its framer, ciphering and association are written a second time, so that what both sides get wrong in the same way is seen. It reads meters through the
/// box end to end, by prefix and by number; what it was given is what the meter holds.
/// </summary>
public class OtherClientTests
{
    private const string Profile = "1-0:99.1.0*255", Energy = "1-0:1.8.0*255";

    [Requirement("E6", "P5, P6")]
    [Fact]
    public async Task It_proves_itself_and_is_told_who_is_there()
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7));
        await using var bench = await PassingTests.OpenAsync(field);
        var identity = await RunAsync(field, bench, "identity");
        Assert.Equal("done", identity.State);
        Assert.Contains("XYZDCU", identity.Text, StringComparison.Ordinal);
        var list = await RunAsync(field, bench, $"meters {field.Meter.Name}");
        Assert.Equal(("done", $"1 meters, 1 of them can be spoken with: {field.Meter.Name}"), (list.State, list.Text));
    }

    [Requirement("I-G2")]
    [Theory]
    [InlineData("gateway", 1)]
    [InlineData("gateway", 2)]
    [InlineData("prime-dc", 1)]
    [InlineData("prime-dc", 2)]
    public async Task It_reads_a_ciphered_profile_of_a_meter_which_is_what_the_meter_holds(string way, int client)
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7, LongestPdu: 240));
        await using var bench = await PassingTests.OpenAsync(field);
        Assert.Equal(OrderState.Done, (await field.ReadAsync(Energy)).State); // the box's own association is open, and the meter allows one
        var given = new StringWriter();
        var outcome = await RunAsync(field, bench, $"profile {field.Meter.Name} {Profile} last 20 by {way} as {client}", given);
        Assert.True(outcome.State == "done", outcome.Text);
        Assert.Contains("20 of ", outcome.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("in 1 answer", outcome.Text, StringComparison.Ordinal); // in blocks, put together
        var profile = field.Meter.Profiles.Single(one => one.Name.ToString() == Profile);
        var wanted = profile.Rows.TakeLast(20).SelectMany(row => profile.ValueColumns.Zip(row.Values).Select(value =>
            $"{field.Meter.Name}/{Profile}/{row.At.ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture)}Z/0 {value.First.ClassId}/{value.First.Name}/2.0 = {value.Second.Number}"));
        Assert.Equal(wanted, given.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Line));
        Assert.Equal((0, 0), (field.Meter.Keys.Repeated + field.Meter.ReadingKeys.Repeated, field.Meter.Keys.BadTags + field.Meter.ReadingKeys.BadTags));
        Assert.Equal(OrderState.Done, (await field.ReadAsync(Energy)).State); // it was released, and the box reads on
    }

    [Fact]
    public async Task A_register_comes_with_its_unit_and_a_clock_as_the_meter_has_it()
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7));
        await using var bench = await PassingTests.OpenAsync(field);
        var register = await RunAsync(field, bench, $"register {field.Meter.Name} 1-0:32.7.0*255");
        Assert.Matches(@"^1-0:32\.7\.0\*255 = 23\d\.\d V \(client 2, by the gateway's prefix, ciphered end to end\)$", register.Text);
        var time = await RunAsync(field, bench, $"clock {field.Meter.Name}");
        Assert.StartsWith("its clock says 2026-11-", time.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clock SIM0000000000003 unproven", "refused", "D8 01 02: not allowed")]
    [InlineData("set-in-clear SIM0000000000003 1-0:1.8.0*255", "refused", "D8 01 02: not allowed")]
    [InlineData("clock SIM0000000000099", "broken", "the keys file has no line \"SIM0000000000099 dlms client=2 ..\"")]
    [InlineData("clock SIM0000000000098", "refused", "D8 02 01: no such meter")]
    [InlineData("clock SIM0000000000003 as 3", "broken", "client=3")]
    public async Task What_is_refused_is_told_as_the_box_said_it(string step, string state, string words)
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7));
        await using var bench = await PassingTests.OpenAsync(field);
        var outcome = await RunAsync(field, bench, step);
        Assert.Equal(state, outcome.State);
        Assert.Contains(words, outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_of_the_box_is_refused()
    {
        await using var field = new DriverBench(new DlmsMeterPlan(3, 7));
        await using var bench = await PassingTests.OpenAsync(field);
        bench.Key![3] ^= 1;
        var outcome = await RunAsync(field, bench, $"meters {field.Meter.Name}", boxKey: [.. Enumerable.Range(1, 16).Select(i => (byte)i)]);
        Assert.True(outcome.State == "refused", outcome.Text);
        Assert.Contains("refuses the association of client 1", outcome.Text, StringComparison.Ordinal);
    }

    private static string Line(string json)
    {
        var row = JsonDocument.Parse(json).RootElement;
        return $"{row.GetProperty("key").GetString()} {row.GetProperty("column").GetString()} = {row.GetProperty("value").GetString()}";
    }

    private static async Task<StepOutcome> RunAsync(DriverBench field, NorthBench bench, string step, StringWriter? given = null, byte[]? boxKey = null)
    {
        var (steps, faults) = HeadEndScript.Read($"0s dlms {step} -> done", "test");
        Assert.Empty(faults);
        string[] keys =
        [
            $"DC-0001 dlms client=1 suite=0 guek={Convert.ToHexString(boxKey ?? bench.Key!)} gak={Convert.ToHexString(bench.Authentication)}", .. field.Meter.KeyLines,
            $"SIM0000000000098 dlms client=2 suite=0 guek={new string('0', 32)} gak={new string('0', 32)}",
        ];
        var door = new DoorSteps(
            _ =>
            {
                bench.Connect(out var stream);
                return Task.FromResult(new DoorLine(stream));
            },
            keys, "DC-0001", new GivenRows(given), field.Clock);
        return await PassingTests.Settled(field, door.RunAsync(steps[0], CancellationToken.None));
    }
}
