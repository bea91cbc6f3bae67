using System.Buffers;
using Protocols.Framing;
using Protocols.Usi;
using Simulation.Plc.G3;
using Simulation.Plc.Ports;
using Substation;

namespace Unit.Flows.Simulator.Plc;

/// <summary>A modem on a pipe: the pace of its serial line, damage on it, and a cable that is pulled out.</summary>
public class G3PortTests
{
    private static readonly byte[] Initialise = new UsiFrame(UsiProtocol.G3Adp, Convert.FromHexString("0A0001")).ToOctets();
    private static readonly byte[] Read = new UsiFrame(UsiProtocol.G3Adp, Convert.FromHexString("120000000F0000")).ToOctets();

    [Fact]
    public async Task Octets_take_the_time_of_115200_baud_one_behind_another()
    {
        using var bench = new G3Bench(network: new G3Plan(1) { ReadyAfter = TimeSpan.FromMilliseconds(100) });
        var pipe = new ModemPipe(bench.Modem, bench.Line.Time);
        await using var link = new ModemLink(pipe.Open());
        await link.WriteAsync(Initialise, CancellationToken.None);
        bench.Run(1);
        Assert.Equal(9, (await Taken(link)).Length); // the status
        for (var i = 0; i < 100; i++)
        {
            await link.WriteAsync(Read, CancellationToken.None);
        }

        // The answers are longer than the questions: the line to the host is busy from the first answer to the last.
        const int Answer = 16;
        bench.Run((Read.Length + (99.5 * Answer)) / 11_520);
        var before = await Taken(link);
        Assert.Equal(99 * Answer, before.Length);
        bench.Run(Answer / 11_520.0);
        Assert.Equal(100, Frames([.. before, .. await Taken(link)]).Count);
        Assert.Equal(Initialise.Length + (100 * Read.Length), pipe.OctetsDown);
    }

    [Fact]
    public async Task A_cable_that_is_pulled_out_ends_the_link_and_takes_the_modem_s_power()
    {
        using var bench = new G3Bench();
        var pipe = new ModemPipe(bench.Modem, bench.Line.Time);
        var link = new ModemLink(pipe.Open());
        await link.WriteAsync(Initialise, CancellationToken.None);
        bench.Run(2);
        Assert.Equal(G3State.Ready, bench.Modem.State);
        await link.WriteAsync(Read, CancellationToken.None);
        pipe.Plug(false);
        bench.Run(1);
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true)
            {
                link.Input.AdvanceTo((await link.Input.ReadAsync()).Buffer.End);
            }
        });
        await Assert.ThrowsAsync<IOException>(async () => await link.WriteAsync(Read, CancellationToken.None));
        Assert.Throws<IOException>(pipe.Open);
        pipe.Plug(true);
        await using var again = new ModemLink(pipe.Open());
        await again.WriteAsync(Read, CancellationToken.None);
        bench.Run(1);
        Assert.Equal("000112", Convert.ToHexString(Frames(await Taken(again)).Single()));
        await link.DisposeAsync(); // the old one closes nothing of the new
        await again.WriteAsync(Read, CancellationToken.None);
        bench.Run(1);
        Assert.Single(Frames(await Taken(again)));
    }

    [Theory]
    [InlineData(0.3, 0, 0, 0)]
    [InlineData(0, 0.3, 0, 0)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0, 0, 0, 0.5)]
    public async Task A_line_that_damages_loses_frames_and_makes_none(double flip, double cut, double flags, double noise)
    {
        using var bench = new G3Bench();
        var damaged = new DamagedModem(bench.Modem, LineDamage.None, new LineDamage(flip, cut, flags, noise, Seed: 7));
        var pipe = new ModemPipe(damaged, bench.Line.Time);
        await using var link = new ModemLink(pipe.Open());
        await link.WriteAsync(Initialise, CancellationToken.None);
        bench.Run(2);
        _ = await Taken(link);
        for (var i = 0; i < 400; i++)
        {
            await link.WriteAsync(Read, CancellationToken.None);
        }

        bench.Run(5);
        var frames = Frames(await Taken(link));
        Assert.All(frames, frame => Assert.Equal("28000000000F00000108", Convert.ToHexString(frame)));
        var whole = 400 - damaged.Spoiled;
        Assert.InRange(frames.Count, whole * 0.6, whole + 2); // a cut frame may take the next along, a flipped bit may make a flag
        Assert.True(flags == 1 ? frames.Count == 400 : noise > 0 ? frames.Count is > 350 and <= 400 : damaged.Spoiled is > 90 and < 150);
    }

    [Fact]
    public async Task Damage_on_the_way_to_the_modem_is_met_with_silence()
    {
        using var bench = new G3Bench();
        var damaged = new DamagedModem(bench.Modem, new LineDamage(Flip: 1, Seed: 3), LineDamage.None);
        var pipe = new ModemPipe(damaged, bench.Line.Time);
        await using var link = new ModemLink(pipe.Open());
        await link.WriteAsync(Initialise, CancellationToken.None);
        bench.Run(3);
        Assert.Empty(await Taken(link));
        Assert.Equal(G3State.Uninitialised, bench.Modem.State);
    }

    private static async Task<byte[]> Taken(ModemLink link)
    {
        await Patience.SettledAsync();
        if (!link.Input.TryRead(out var read))
        {
            return [];
        }

        var octets = read.Buffer.ToArray();
        link.Input.AdvanceTo(read.Buffer.End);
        return octets;
    }

    private static List<byte[]> Frames(byte[] octets)
    {
        var framer = new UsiFramer();
        var frames = new List<byte[]>();
        var rest = new ReadOnlySequence<byte>(octets);
        while (framer.Read(ref rest, out var frame, out _) is not FrameRead.NeedMore and var read)
        {
            if (read == FrameRead.Got)
            {
                frames.Add(frame.Payload.ToArray());
            }
        }

        return frames;
    }
}
