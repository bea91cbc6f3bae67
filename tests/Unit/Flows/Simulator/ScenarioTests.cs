using Simulation.Cli;
using Simulation.Dlms;
using Simulation.Field;
using Simulation.Modems;
using Simulation.Scenarios;
using Unit.Plan;

namespace Unit.Flows.Simulator;

public class ScenarioTests
{
    private static readonly DateTime Start = new(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void The_street_file_says_what_the_built_in_street_is()
    {
        var street = FromFile("street.toml");
        Assert.Equal(Scenario.Street.Plans, street.Plans);
        Assert.Equal(Scenario.Street.Air, street.Air);
        Assert.Empty(street.Stick.Unplug!);
    }

    [Fact]
    public void Meters_of_OMS_keep_their_nominal_intervals_and_follow_their_access_number()
    {
        var field = new StreetField(FromFile("oms.toml"), 1, Start);
        var sent = new Dictionary<string, List<TimeSpan>>();
        for (var due = field.Next(); due.At < TimeSpan.FromHours(40); due = field.Next())
        {
            sent.TryAdd(due.Transmission.Meter.Address.Id, []);
            sent[due.Transmission.Meter.Address.Id].Add(due.At);
        }

        Assert.Equal(20, sent.Count);
        Assert.All(sent.Values, times => Assert.True(times[0] < TimeSpan.FromSeconds(15)));
        foreach (var meter in field.Meters)
        {
            var nominal = meter.Medium switch { "water" => TimeSpan.FromHours(4), "heat" => TimeSpan.FromMinutes(30), _ => TimeSpan.FromMinutes(7.5) };
            var waits = sent[meter.Address.Id].Zip(sent[meter.Address.Id].Skip(1), (one, next) => (next - one) / nominal).ToList();
            Assert.All(waits, wait => Assert.InRange(wait, 0.968, 1.032)); // 1 + (|ACC-128|-64)/2048
            Assert.True(waits.Count > 8 && waits.Distinct().Count() > 5);
        }
    }

    [Fact]
    public void One_seed_is_one_run()
    {
        Assert.Equal(Run(4), Run(4));
        Assert.NotEqual(Run(4), Run(5));
        static string Run(int seed)
        {
            var field = new StreetField(FromFile("rough.toml"), seed, Start);
            return string.Join('\n', Enumerable.Range(0, 200).Select(_ => field.Next()).Select(due => $"{due.At} {due.Fate} {Convert.ToHexString(due.Transmission.Telegram)}"));
        }
    }

    [Theory]
    [InlineData("frist = \"1s\"", "x.toml:1:1: frist is not known; there are first")]
    [InlineData("[[meters]]\nkind = \"oil\"", "x.toml:2:1: kind is one of mix, electricity")]
    [InlineData("[[meters]]\ncount = 0", "count wants a whole number from 1 to 20000")]
    [InlineData("[[meters]]\ninterval = \"8 parsecs\"", "interval wants a time")]
    [InlineData("[stick]\nunplug = [\"soon\"]", "unplug wants [\"20s+5s\"]")]
    [InlineData("[stick]\ngarbage = 2", "garbage wants a share from 0 to 1")]
    [InlineData("[sticks]", "[sticks] is no table")]
    [InlineData("[[dlms]]\nmisbehaviours = [\"lifo\"]", "misbehaviours is a list of null-times, newest-first")]
    [InlineData("[[dlms]]\ntransport = \"plc\"", "transport is one of tcp, udp, pty, hdlc-tcp")]
    [InlineData("[dlms]", "[dlms] is no table")]
    [InlineData("[meters]", "[meters] is no table; there are [[meters]]")]
    [InlineData("[g3]", "[g3] is no table")]
    [InlineData("[[g3]]\nsecurity = 1", "security is not known in g3")]
    [InlineData("[[g3]]\nphy = \"prime-dbpsk\"", "phy is one of g3-dbpsk")]
    [InlineData("[[prime]]\nmedium = \"sea\"", "medium is one of quiet, measured")]
    [InlineData("[[prime]]\ncount = 5\nfaults = [\"6 garbage\"]", "faults wants [\"3 key-missing\"]: a meter from 1 to 5")]
    [InlineData("[[prime]]\n[[prime]]", "a second [[prime]]")]
    [InlineData("first = ", "x.toml:1:")]
    public void What_is_wrong_in_a_file_is_told_with_its_place(string text, string sentence)
    {
        var (scenario, faults) = ScenarioFile.Read(text, "x.toml");
        Assert.Null(scenario);
        Assert.Contains(faults, fault => fault.Contains(sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void DLMS_meters_are_built_as_the_file_says()
    {
        var (scenario, faults) = ScenarioFile.Read("""
            [[dlms]]
            count = 2
            transport = "hdlc-tcp"
            port = 4100
            profile = "dsmr"
            suite = 1
            mechanism = 6
            ciphered = true
            pdu = 240
            drift = 300
            breaker = 5
            misbehaviours = ["newest-first", "status-of-16-bits", "two-rows-one-time"]
            [[dlms]]
            [feeders]
            tcp = 1
            """, "x.toml");
        Assert.Empty(faults);
        Assert.Equal(4, scenario!.DlmsGroups.Sum(group => group.Count));
        var group = scenario.Dlms![0];
        Assert.Equal((DlmsGroup.HdlcTcp, 2, 4100), (group.Transport, group.Count, group.Port));
        Assert.Equal(new DlmsMeterPlan(0, 0, 6, true, 1, 240, 300, 2, MeterFault.NewestFirst | MeterFault.StatusOf16Bits | MeterFault.TwoRowsOneTime, "dsmr") { Associations = 2, BreakerMode = 5 }, group.Plan);
        Assert.Equal(new DlmsGroup(DlmsGroup.Tcp, 1, DlmsGroup.Plain), scenario.Dlms[1]);
    }

    [Fact]
    public void Every_misbehaviour_is_described_and_every_name_is_plain()
    {
        var readme = File.ReadAllText(Path.Combine(Sources.Root, "docs", "misbehaviours.md"));
        Assert.All(MeterFaults.ByName.Keys, name => Assert.Contains($"`{name}`", readme, StringComparison.Ordinal));
        Assert.All(MeterFaults.ByName.Keys, name => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", name));
    }

    [Fact]
    public void More_meters_keep_the_shares_of_the_groups()
    {
        var plans = FromFile("oms.toml").WithCount(201).Plans.ToList();
        Assert.Equal(201, plans.Count);
        Assert.Equal(80, plans.Count(plan => plan.Kind.Medium == "water"));
        Assert.Equal(80, plans.Count(plan => plan.Kind.Medium == "heat"));
    }

    [Fact]
    public void A_stick_misbehaves_as_often_as_it_is_told()
    {
        var frame = Im871aStick.Indicate(new byte[40], -70);
        var wire = new Misbehaviour(new StickSettings(Garbage: 0.3, Corrupt: 0.1, Twice: 0.2, Deaf: 2), 1);
        var (longer, garbled) = (0, 0);
        for (var i = 0; i < 1000; i++)
        {
            var said = wire.Spoil(frame, out var lost).Single();
            garbled += lost ? 1 : 0;
            longer += said.Length > frame.Length ? 1 : 0;
            Assert.Equal(lost, said.AsSpan().IndexOf(frame) < 0);
        }

        Assert.InRange(garbled, 60, 140);
        Assert.InRange(longer, 380, 500);
        Assert.Equal([0, 0, 3], new[] { 1, 2, 3 }.Select(_ => wire.SpoilAnswer([1, 2, 3]).Length));
    }

    [Fact]
    public void Recorded_telegrams_are_read_as_hex_or_as_a_receivers_log_has_them()
    {
        var path = Path.GetTempFileName();
        File.WriteAllLines(path, ["# heard in the yard", "1244_2D2C785634121B077A000000000413E803", "", "telegram=|1244_2D2C785634121B077A000000000413E803|+12", "12442D2C", "no hex"]);
        var read = ReplayFile.Read(path).Select(Convert.ToHexString).ToList();
        File.Delete(path);
        Assert.Equal(["12442D2C785634121B077A000000000413E803", "12442D2C785634121B077A000000000413E803"], read);
    }

    private static Scenario FromFile(string name)
    {
        var path = Path.Combine(Sources.Root, "tests", "Simulation", "Scenarios", name);
        var (scenario, faults) = ScenarioFile.Read(File.ReadAllText(path), path);
        Assert.Empty(faults);
        return scenario!;
    }

    [Theory]
    [InlineData(200, 75, 74, 50)]
    [InlineData(20, 7, 7, 5)]
    [InlineData(1200, 451, 446, 302)]
    public void A_substation_has_PRIME_G3_radio_and_a_feeder_in_their_shares(int meters, int prime, int g3, int radio)
    {
        var scenario = Scenario.Substation.WithCount(meters);
        Assert.Equal([(true, prime), (false, g3)], scenario.Plc!.Select(group => (group.IsPrime, group.Count)));
        Assert.Equal(radio, scenario.Groups.Sum(group => group.Count));
        Assert.Equal(1, scenario.DlmsGroups.Sum(group => group.Count));
        Assert.Equal(meters, scenario.Count);
    }

    [Fact]
    public void A_building_has_an_electricity_meter_and_four_of_other_utilities_and_no_power_line()
    {
        var scenario = Scenario.Building;
        Assert.Equal(["gas", "heat", "water", "water"], scenario.Plans.Select(plan => plan.Kind.Medium));
        Assert.Equal((1, 5), (scenario.DlmsGroups.Sum(group => group.Count), scenario.Count));
        Assert.Null(scenario.Plc);
        Assert.Equal(12, scenario.WithCount(12).Count);
    }

    [Fact]
    public void Power_lines_are_built_as_the_file_says()
    {
        var scenario = FromFile("plc.toml");
        var (prime, g3) = (scenario.Plc!.Single(group => group.IsPrime), scenario.Plc!.Single(group => !group.IsPrime));
        Assert.Equal(("prime-r-dbpsk", "measured", 40), (prime.Line.Phy.Name, prime.Line.Name, prime.Count));
        Assert.Equal(("g3-dbpsk", 0.1), (g3.Line.Phy.Name, g3.Line.Loss));
        Assert.Equal(MeterFault.Garbage, g3.PlanOf(3).Faults);
        Assert.Equal(MeterFault.EndlessBlocks, g3.PlanOf(4).Faults);
        Assert.Equal(MeterFault.ClockYearsAway, g3.PlanOf(5).Faults);
        Assert.Equal(MeterFault.None, g3.PlanOf(6).Faults);
        Assert.Equal([PlcGroup.KeyMissing], g3.FaultsOf(1));
        Assert.Equal([PlcGroup.NodeKeyWrong], g3.FaultsOf(2));
        Assert.Equal(0.01, g3.Damage.Flip);
        Assert.True(g3.Unplug[0].Holds(TimeSpan.FromMinutes(5.1)));
        Assert.Empty(scenario.Groups);
    }
}
