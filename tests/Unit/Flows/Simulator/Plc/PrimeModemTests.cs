using Simulation.Plc;
using Simulation.Plc.Medium;
using Simulation.Plc.Prime;

namespace Unit.Flows.Simulator.Plc;

/// <summary>The traps of the modem: what it drops, loses and never says.</summary>
public class PrimeModemTests
{
    private static readonly PowerLinePlan Ten = PowerLinePlan.Quiet with { Nodes = 10, Levels = [1], AliveEvery = TimeSpan.FromMinutes(10) };
    private static readonly byte[] GetSna = [0x2D, 0x00, 0x23];

    [Fact]
    public void It_answers_within_5_ms_and_not_before_it_has_booted()
    {
        using var bench = new PrimeBench(Ten);
        Assert.Empty(bench.Ask(GetSna, 2.9));
        bench.Run(0.2);
        Assert.Equal(5, Assert.Single(bench.Heard).Payload[1]); // only that it has started
        var asked = bench.Line.Time.Now;
        bench.Send(GetSna);
        bench.Run(1);
        var (at, answer) = bench.Heard[1];
        Assert.Equal("2E00002306404022AABBCC", Convert.ToHexString(answer));
        Assert.InRange((at - asked).TotalMilliseconds, 1, 5);
    }

    [Fact]
    public void A_second_request_before_the_first_was_taken_is_dropped_without_a_word()
    {
        using var bench = new PrimeBench(Ten);
        bench.Run(3.5);
        bench.Send(GetSna);
        var heard = bench.Ask([0x2D, 0x00, 0x75]);
        Assert.Equal(0x23, Assert.Single(heard)[3]);
        Assert.Equal(1, bench.Modem.Dropped);
        Assert.Single(bench.Ask([0x2D, 0x00, 0x75]));
    }

    [Fact]
    public void Damage_rubbish_and_unknown_commands_get_no_answer_and_harm_nothing()
    {
        using var bench = new PrimeBench(Ten);
        bench.Run(3.5);
        var frame = SimUsi.Frame(0x30, GetSna);
        var random = new Random(5);
        for (var i = 0; i < 200; i++)
        {
            var bad = (byte[])frame.Clone();
            bad[random.Next(1, bad.Length - 1)] ^= (byte)(1 << random.Next(8));
            bench.Modem.Take(bad);
            var noise = new byte[random.Next(1, 20)];
            random.NextBytes(noise);
            bench.Modem.Take(noise);
            bench.Run(0.01);
            bench.Modem.Take(frame);
            bench.Modem.Take(frame); // the first may be taken as the end of the rubbish
            bench.Run(0.01);
        }

        Assert.InRange(bench.Of(0x2E).Count(), 200, 220);
        Assert.True(bench.Modem.Damaged > 150);
        Assert.Empty(bench.Ask([0x6D]));
        Assert.Empty(bench.Ask([0x2D, 0x00]));
        Assert.Equal(11, Assert.Single(bench.Ask([0x2D, 0x99, 0x99]))[1]);
    }

    [Fact]
    public void The_confirm_of_data_comes_before_the_answer_of_the_meter()
    {
        using var bench = new PrimeBench(Ten, meters: true);
        bench.Run(300);
        var node = bench.Line.Nodes[3];
        var heard = bench.AskData(bench.AddressOf(node), PrimeBench.PublicAssociation, 5);
        Assert.Equal(2, heard.Count);
        Assert.Equal("390110" + Convert.ToHexString(PrimeBench.Word(bench.AddressOf(node))) + "00", Convert.ToHexString(heard[0]));
        Assert.Equal("3810010000" + Convert.ToHexString(PrimeBench.Word(bench.AddressOf(node))), Convert.ToHexString(heard[1], 0, 7));
        Assert.Equal(0x61, heard[1][9]);
        Assert.Equal(heard[1].Length, 9 + heard[1][8] + 1);
    }

    [Fact]
    public void A_second_data_request_while_one_is_under_way_is_refused_as_busy()
    {
        using var bench = new PrimeBench(Ten, meters: true);
        bench.Run(300);
        var address = PrimeBench.Word(bench.AddressOf(bench.Line.Nodes[3]));
        bench.Send([0x37, 1, 16, .. address, 0, 31, .. PrimeBench.PublicAssociation, 0]);
        bench.Run(0.006);
        var heard = bench.Ask([0x37, 1, 16, .. address, 0, 31, .. PrimeBench.PublicAssociation, 0], 5);
        Assert.Equal([0xC2, 0x00], heard.Where(one => one[0] == 0x39).Select(one => one[5]));
        Assert.Single(heard, one => one[0] == 0x38);
    }

    [Fact]
    public void Data_to_a_dead_node_a_node_that_left_and_nobody_fail_each_in_its_own_way()
    {
        using var bench = new PrimeBench(Ten with { Outages = [(new DateTime(2026, 11, 25, 1, 0, 0, DateTimeKind.Utc), new DateTime(2026, 11, 25, 2, 0, 0, DateTimeKind.Utc))] }, meters: true);
        bench.Run(3601);
        var address = bench.AddressOf(bench.Line.Nodes[3]);
        Assert.Equal(0x02, Assert.Single(bench.AskData(address, PrimeBench.PublicAssociation, 30))[5]);
        bench.Run(30 * 60);
        Assert.Equal(0x83, Assert.Single(bench.AskData(address, PrimeBench.PublicAssociation, 30))[5]);
        Assert.Equal(0xC3, Assert.Single(bench.AskData(0x0777, PrimeBench.PublicAssociation, 30))[5]);
    }

    [Fact]
    public void A_released_connection_is_told_and_the_node_opens_another()
    {
        using var bench = new PrimeBench(Ten);
        bench.Run(300);
        var address = bench.AddressOf(bench.Line.Nodes[3]);
        var heard = bench.Ask([0x35, .. PrimeBench.Word(address)], 60);
        Assert.Contains(heard, one => one[0] == 0x3B && one[2] == (byte)address);
        Assert.NotEqual(address, bench.AddressOf(bench.Line.Nodes[3]));
        Assert.DoesNotContain(heard, one => one[0] == 0x4F && one[1] is 0 or 1);
    }

    [Fact]
    public void A_broadcast_reaches_everybody_and_nobody_answers()
    {
        using var bench = new PrimeBench(Ten, meters: true);
        bench.Run(300);
        var heard = bench.AskData(0x0FFF, Convert.FromHexString("C001C100080000010000FF0200"), 10, client: 0);
        Assert.Equal(0, Assert.Single(heard)[5]);
        Assert.All(bench.Network.Nodes, node => Assert.Equal(1, node.Meter!.Asked));
    }

    [Fact]
    public void Lists_come_in_parts_and_an_empty_one_ends_them()
    {
        using var bench = new PrimeBench(Ten with { Nodes = 50 });
        bench.Run(600);
        foreach (var (attribute, size) in new[] { (0x0050, 14), (0x0051, 11), (0x0058, 13), (0x8250, 25) })
        {
            var parts = bench.Ask([0x2F, .. PrimeBench.Word((ushort)attribute)], 0.2).Where(one => one[0] == 0x30).ToArray();
            Assert.Equal(4, parts.Length);
            Assert.Equal([20 * size, 20 * size, 10 * size, 0], parts.Select(part => (part[4] << 8) | part[5]));
            Assert.All(parts, part => Assert.Equal(6 + ((part[4] << 8) | part[5]), part.Length));
        }

        Assert.Equal("30000052" + "0000", Convert.ToHexString(Assert.Single(bench.Ask([0x2F, 0x00, 0x52]), one => one[0] == 0x30)));
        Assert.Equal(11, Assert.Single(bench.Ask([0x2F, 0x77, 0x77]), one => one[0] == 0x30)[1]);
    }

    [Fact]
    public void A_reboot_is_told_and_everything_it_knew_is_gone()
    {
        using var bench = new PrimeBench(Ten);
        bench.Run(10);
        bench.Ask([0x31, 0x81, 0x51, 1, 1]);
        foreach (var node in bench.Line.Nodes)
        {
            bench.Ask([0x5B, .. node.EuiOctets.Span]);
        }

        bench.Run(600);
        Assert.Equal(10, bench.Modem.Base!.Table.All.Count);
        bench.Modem.Reboot();
        bench.Run(3.1);
        Assert.Equal(2, bench.Events(5).Count());
        Assert.Empty(bench.Modem.Base.Table.All);
        Assert.Equal(0, Assert.Single(bench.Ask([0x2D, 0x81, 0x51]))[5]);
        bench.Run(600);
        Assert.Equal(10, bench.Modem.Base.Table.All.Count);
    }

    [Fact]
    public void A_modem_that_stopped_needs_its_power_taken_away()
    {
        using var bench = new PrimeBench(Ten);
        bench.Run(300);
        bench.Modem.Stop();
        Assert.Empty(bench.Ask(GetSna, 60));
        bench.Modem.PowerOff();
        bench.Run(1);
        bench.Modem.PowerOn();
        bench.Run(4);
        Assert.Single(bench.Ask(GetSna));
    }

    [Fact]
    public void A_frame_longer_than_its_buffer_stops_it_and_an_answer_longer_than_its_buffer_is_lost()
    {
        using var bench = new PrimeBench(Ten);
        bench.Run(4);
        bench.Modem.Say(PrimeSay.Data(1, 1, 1, new byte[1012]));
        Assert.Equal(1, bench.Modem.Lost);
        bench.Modem.Say(PrimeSay.Data(1, 1, 1, [.. Enumerable.Repeat((byte)0x7E, 600)])); // 610 octets, 1,210 with escapes
        Assert.Equal(2, bench.Modem.Lost);
        bench.Modem.Say(PrimeSay.Data(1, 1, 1, new byte[1008]));
        Assert.Equal(2, bench.Modem.Lost);
        bench.Send(new byte[1021]); // fits the framer, not the queue: dropped
        Assert.Single(bench.Ask(GetSna));
        bench.Send(new byte[1022]);
        Assert.Empty(bench.Ask(GetSna));
        Assert.True(bench.Modem.IsStopped);
    }

    [Fact]
    public void Another_modem_in_its_place_has_another_subnetwork_and_gets_all_nodes()
    {
        using var bench = new PrimeBench(Ten);
        bench.Run(300);
        bench.Modem.PowerOff();
        bench.Modem.ToHost = null;
        bench.Run(1);
        var other = bench.Plug(new PrimeModem(bench.Network, bench.Network.Plan with { Sna = "404022DDEEFF" }));
        bench.Run(300);
        Assert.Equal(10, other.Base!.Table.All.Count(one => one.Address is not null));
        var from = bench.Heard.Count;
        other.Take(SimUsi.Frame(0x30, GetSna));
        bench.Run(0.1);
        Assert.Equal("2E00002306404022DDEEFF", Convert.ToHexString(bench.Heard[from].Payload));
    }
}
