using Microsoft.Extensions.Time.Testing;
using Simulation.Plc.Medium;

namespace Unit.Flows.Simulator.Plc;

/// <summary>The shared medium: one transmission at a time, hop by hop, and every tick of it accounted for.</summary>
public class PowerLineTests
{
    private static readonly DateTime Start = new(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("prime-dbpsk", 1015)]
    [InlineData("prime-r-dbpsk", 84)]
    [InlineData("g3-dbpsk", 512)]
    [InlineData("g3-robo", 256)]
    public void A_message_takes_its_air_time_once_a_hop_and_no_more_of_the_medium_is_useful(string phy, int octets)
    {
        var (line, clock) = Make(PowerLinePlan.Quiet with { Phy = Phy(phy), Nodes = 60 });
        using var _ = line;
        foreach (var node in new[] { line.Nodes.First(node => node.Level == 0), line.Nodes.First(node => node.Level == 2) })
        {
            var (before, began) = (line.Use, line.Time.Now);
            DateTime? arrived = null;
            line.Up(node, octets, ok => arrived = ok ? line.Time.Now : throw new InvalidOperationException("given up"));
            clock.Advance(TimeSpan.FromMinutes(1));
            var use = line.Use.Since(before);
            Assert.Equal(line.Phy.AirOf(octets) * (node.Level + 1), use[AirKind.Useful] + use[AirKind.Acknowledgement]);
            Assert.Equal(TimeSpan.Zero, use[AirKind.Retransmission] + use[AirKind.Duplicate] + use[AirKind.Collision] + use[AirKind.GivenUp] + use[AirKind.Control]);
            var took = arrived!.Value - began;
            Assert.True(took > line.Phy.AirOf(octets) * (node.Level + 1), $"{took}");
            Assert.True(took < (line.Phy.AirOf(octets) * (node.Level + 1) * 1.6) + TimeSpan.FromMilliseconds(line.Phy.IsPrime ? 2500 : 100), $"{took}");
        }
    }

    [Fact]
    public void Two_at_once_share_the_medium()
    {
        var (line, clock) = Make(PowerLinePlan.Quiet with { Nodes = 20, Levels = [1] });
        using var _ = line;
        var ended = new List<DateTime>();
        foreach (var node in line.Nodes)
        {
            line.Up(node, 256, _ => ended.Add(line.Time.Now));
            line.Down(node, 256, _ => ended.Add(line.Time.Now));
        }

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(40, ended.Count);
        Assert.True(ended[^1] - Start > line.Phy.AirOf(256) * 40, $"{ended[^1] - Start}");
        Assert.Equal(line.Phy.AirOf(256) * 40, line.Use[AirKind.Useful]);
    }

    [Theory]
    [InlineData("quiet", "prime-dbpsk")]
    [InlineData("bad-feeder", "prime-dbpsk")]
    [InlineData("bad-feeder", "g3-dbpsk")]
    [InlineData("flapping", "g3-robo")]
    public void All_kinds_of_use_sum_up_to_the_time_that_passed_and_the_useful_ones_to_what_arrived(string name, string phy)
    {
        var (line, clock) = Make(PowerLinePlan.ByName[name] with { Phy = Phy(phy), Nodes = 120, AcknowledgementLoss = 0.05, ContentionWindow = 32 });
        using var _ = line;
        var random = new Random(3);
        var (arrived, failed) = (0, 0);
        var useful = TimeSpan.Zero;
        void Next()
        {
            var (node, octets) = (line.Nodes[random.Next(line.Nodes.Count)], random.Next(20, 900));
            var level = node.Level;
            Action<bool> done = ok =>
            {
                (arrived, failed) = ok ? (arrived + 1, failed) : (arrived, failed + 1);
                useful += ok && node.Level == level ? line.Phy.AirOf(octets) * (level + 1) : TimeSpan.Zero;
                line.Time.After(TimeSpan.FromMilliseconds(random.Next(50)), Next);
            };
            if (random.Next(2) == 0)
            {
                line.Up(node, octets, done);
            }
            else
            {
                line.Down(node, octets, done);
            }
        }

        for (var i = 0; i < 5; i++)
        {
            Next();
        }

        for (var minute = 1; minute <= 240; minute++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            var now = line.Use;
            var under = Start.AddMinutes(minute) - Start - now.Total;
            Assert.InRange(under, TimeSpan.Zero, TimeSpan.FromSeconds(8)); // the transmission that is under way
            Assert.All(Enum.GetValues<AirKind>(), kind => Assert.True(now[kind] >= TimeSpan.Zero, $"{kind} {now[kind]}"));
        }

        var use = line.Use;
        Assert.Equal(arrived, use.Delivered);
        Assert.Equal(failed, use.GivenUp);
        Assert.InRange((use[AirKind.Useful] + use[AirKind.Acknowledgement]) / useful, 0.99, 1.05); // and those few that moved on the way
        Assert.Equal(name == "bad-feeder", use[AirKind.Retransmission] + use[AirKind.GivenUp] > 0.2 * use.Total);
        Assert.True(use[AirKind.Duplicate] > TimeSpan.Zero && use[AirKind.Collision] > TimeSpan.Zero && use[AirKind.BackOff] > TimeSpan.Zero);
        Assert.Equal(line.Phy.IsPrime, use[AirKind.Beacon] > TimeSpan.Zero);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name} {phy}: {arrived} arrived, {failed} not: {use}");
    }

    [Theory]
    [InlineData("prime-dbpsk", 3, 20)]
    [InlineData("g3-dbpsk", 0.1, 5)]
    public void A_node_that_is_not_there_holds_its_sender_for_seconds_until_it_is_given_up(string phy, double least, double most)
    {
        var (line, clock) = Make(PowerLinePlan.Quiet with { Phy = Phy(phy), Nodes = 50, NeverThere = 0.05 });
        using var _ = line;
        var dead = line.Nodes.First(node => !node.IsPresent);
        bool? arrived = null;
        line.Down(dead, 60, ok => (arrived, least) = (ok, (line.Time.Now - Start).TotalSeconds - least));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(arrived);
        Assert.InRange(least, 0, most);
        Assert.Equal(1, line.Use.GivenUp);
        Assert.True(line.Use.Ppdus >= line.Plan.Tries);
        arrived = null;
        line.Up(dead, 60, ok => arrived = ok);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(arrived); // it says nothing, and nothing is in the air
    }

    [Fact]
    public void A_lost_PDU_is_sent_again_from_its_source_in_PRIME_and_from_its_hop_in_G3()
    {
        double Waste(string phy)
        {
            var (line, clock) = Make(PowerLinePlan.Quiet with { Phy = Phy(phy), Nodes = 60, Loss = 0.25 });
            using var _ = line;
            foreach (var node in line.Nodes.Where(node => node.Level == 3))
            {
                for (var i = 0; i < 200; i++)
                {
                    line.Up(node, 60, _ => { });
                }
            }

            clock.Advance(TimeSpan.FromHours(2));
            var use = line.Use;
            Assert.True(use.Delivered > 400, $"{use.Delivered}");
            return (use[AirKind.Retransmission] + use[AirKind.GivenUp]) / (use[AirKind.Useful] + use[AirKind.Acknowledgement]);
        }

        var (prime, g3) = (Waste("prime-dbpsk"), Waste("g3-dbpsk"));
        Assert.True(prime > 1.5 * g3, $"{prime:0.00} {g3:0.00}");
    }

    [Fact]
    public void A_branch_is_dark_while_its_switch_is_gone_and_comes_back_through_the_next_one_up()
    {
        var (line, clock) = Make(PowerLinePlan.Branches with { Nodes = 300, Loss = 0, AcknowledgementLoss = 0, SwitchFailuresPerDay = 12 });
        using var _ = line;
        var moved = 0;
        line.Changed += node =>
        {
            moved += node.IsPresent && node.Parent != node.Home ? 1 : 0;
            Assert.Equal(line.Presence.IsPresent(node, line.Time.Now), node.IsPresent);
            Assert.True(!node.IsPresent || node.Parent is null or { IsPresent: true } || line.Presence.NextChange(node.Parent, line.Time.Now.AddTicks(-1)) == line.Time.Now, $"{node} hangs on a dead one");
        };
        clock.Advance(TimeSpan.FromDays(1));
        Assert.True(moved > 20, $"{moved}");
    }

    [Fact]
    public void A_broadcast_is_repeated_by_each_level_and_reaches_those_that_are_there()
    {
        var (line, clock) = Make(PowerLinePlan.Quiet with { Nodes = 100, NeverThere = 0.1 });
        using var _ = line;
        IReadOnlyList<PlcNode> reached = [];
        line.Broadcast(47, all => reached = all);
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(90, reached.Count);
        Assert.Equal(line.Phy.AirOf(47) * 4, line.Use[AirKind.Useful]);
    }

    [Theory]
    [InlineData("bad-feeder")]
    [InlineData("measured")]
    public void One_seed_is_one_run_and_steps_of_the_clock_do_not_matter(string name)
    {
        string Run(int seed, double step)
        {
            var (line, clock) = Make(PowerLinePlan.ByName[name] with { Nodes = 80 }, seed);
            using var _ = line;
            var log = new List<string>();
            line.Changed += node => log.Add($"{line.Time.Now:O} {node} {node.IsPresent} {node.Parent} {node.Phase}");
            var turn = 0;
            void Next()
            {
                var node = line.Nodes[turn++ % line.Nodes.Count];
                line.Up(node, 100 + (turn % 700), ok =>
                {
                    log.Add($"{line.Time.Now:O} {node} {ok}");
                    line.Time.After(TimeSpan.FromMilliseconds(10), Next);
                });
            }

            Next();
            Next();
            for (var at = 0.0; at < 3 * 3600; at += step)
            {
                clock.Advance(TimeSpan.FromSeconds(step));
            }

            return string.Join('\n', log);
        }

        var run = Run(5, 60);
        Assert.Equal(run, Run(5, 0.75));
        Assert.NotEqual(run, Run(6, 60));
    }

    private static PlcPhy Phy(string name) => PlcPhy.All.Single(phy => phy.Name == name);

    private static (PowerLine Line, FakeTimeProvider Clock) Make(PowerLinePlan plan, int seed = 1)
    {
        var clock = new FakeTimeProvider(Start);
        return (new PowerLine(plan, seed, clock), clock);
    }
}
