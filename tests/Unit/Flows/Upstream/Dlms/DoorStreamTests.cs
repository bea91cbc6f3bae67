using System.Net;
using Concentrator.Ports;
using Concentrator.Upstream.Dlms;
using Protocols.Dlms.Client;
using Protocols.Dlms.Wrapper;

namespace Unit.Flows.Upstream.Dlms;

/// <summary>What comes over a connection: in any pieces, damaged, or not at all. It costs its connection at most.</summary>
public class DoorStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(13)]
    public async Task Any_pieces_give_the_same(int chunk)
    {
        await using var bench = new NorthBench();
        var (headEnd, session) = (bench.Connect(chunk), bench.Session());
        Assert.Null(await headEnd.AssociateAsync(session));
        Assert.Null((await headEnd.GetAsync(session, 1, "0-0:42.0.0*255", 2)).Error);
        Assert.Null(await headEnd.RunAsync(session, session.Release()));
    }

    [Fact]
    public async Task Questions_in_one_piece_are_answered_one_after_another()
    {
        await using var bench = new NorthBench();
        var headEnd = bench.Connect();
        var get = new WrapperFrame(1, 1, Convert.FromHexString("C001C100080000010000FF0200")).ToOctets();
        await headEnd.SendAsync((byte[])[.. get, .. get, .. get]);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal([0xD8, 1, 1], (await headEnd.ReceiveAsync())!.Value.Apdu.ToArray());
        }
    }

    [Requirement("P1")]
    [Fact]
    public async Task A_flipped_bit_is_answered_or_refused_and_never_more()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var bench = new NorthBench();
        bench.Join("SIM0000000000007");
        var talk = await RecordAsync(bench);
        Assert.True(talk.Count >= 4);
        for (var round = 0; round < 300; round++)
        {
            var headEnd = bench.Connect(out var stream);
            var octets = talk.SelectMany(one => one).ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                octets[random.Next(octets.Length)] ^= (byte)(1 << random.Next(8));
            }

            await headEnd.SendAsync(octets);
            stream.EndWriting();
            Assert.True(await Patience.UntilAsync(() => bench.IsOut), $"seed {seed}, round {round}: the connection hangs");
        }

        bench.Clock.Advance(TimeSpan.FromMinutes(5)); // those that looked like attempts to associate are forgotten
        var (last, session) = (bench.Connect(), bench.Session(first: 50_000));
        Assert.Null(await last.AssociateAsync(session)); // and the door stands
    }

    [Fact]
    public async Task A_stream_that_is_no_wrapper_is_closed_at_once()
    {
        await using var bench = new NorthBench();
        var headEnd = bench.Connect();
        await headEnd.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        Assert.Null(await headEnd.ReceiveAsync());
        Assert.Equal(1, bench.Counted.BrokenStreams);
        headEnd = bench.Connect();
        await headEnd.SendAsync((byte[])[0, 1, 0, 1, 0, 1, 0xFF, 0xFF]); // longer than any APDU: not waited for
        Assert.Null(await headEnd.ReceiveAsync());
    }

    [Fact]
    public async Task Silence_and_half_a_PDU_are_closed_in_time()
    {
        await using var bench = new NorthBench();
        var idle = bench.Connect();
        Assert.Equal([0xD8, 2, 2], await idle.AskAsync(1, 1, (byte[])[0xC0]));
        await Patience.SettledAsync();
        bench.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([0xD8, 2, 2], await idle.AskAsync(1, 1, (byte[])[0xC0]));
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.IsOut, TimeSpan.FromSeconds(20)));
        Assert.Equal(1, bench.Counted.IdleClosed);
        var half = bench.Connect();
        var began = bench.Clock.GetTimestamp();
        await half.SendAsync((byte[])[0, 1, 0, 1]);
        Assert.True(await bench.Clock.AdvanceUntilAsync(() => bench.IsOut, TimeSpan.FromSeconds(1)));
        Assert.InRange(bench.Clock.GetElapsedTime(began).TotalSeconds, 20, 60);
    }

    [Fact]
    public async Task Somebody_who_only_asks_for_what_he_may_not_is_shown_the_door()
    {
        await using var bench = new NorthBench();
        var headEnd = bench.Connect();
        var answers = 0;
        while (await headEnd.AskAsync(1, 1, Convert.FromHexString("C001C100080000010000FF0200")) is not null)
        {
            answers++;
        }

        Assert.Equal(16, answers);
    }

    [Fact]
    public void Who_may_not_come_or_is_one_too_many_is_not_let_in()
    {
        var bench = new NorthBench(options => options with { Connections = 3, PerClient = 2 });
        var (guard, one, other) = (bench.Parts.Guard, IPAddress.Parse("127.0.0.1"), IPAddress.Parse("127.0.0.2"));
        Assert.False(guard.LetsIn(IPAddress.Parse("192.0.2.1")));
        Assert.False(guard.LetsIn(IPAddress.IPv6Loopback));
        Assert.True(guard.LetsIn(one));
        Assert.True(guard.LetsIn(one));
        Assert.False(guard.LetsIn(one));
        Assert.True(guard.LetsIn(other));
        Assert.False(guard.LetsIn(other));
        guard.Leave(one);
        Assert.True(guard.LetsIn(other));
        Assert.Equal((4, 4), (bench.Counted.Connections, bench.Counted.RefusedConnections));
    }

    [Fact]
    public void A_flood_is_told_once_a_minute_with_how_often_it_was()
    {
        var bench = new NorthBench();
        for (var i = 0; i < 1000; i++)
        {
            bench.Parts.Guard.LetsIn(IPAddress.Parse("192.0.2.1"));
        }

        Assert.Equal(1, Assert.Single(bench.Told).Times);
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        bench.Parts.Guard.LetsIn(IPAddress.Parse("192.0.2.1"));
        Assert.Equal(1000, bench.Told[^1].Times);
        for (var i = 0; i < 5000; i++)
        {
            bench.Parts.Guard.LetsIn(new IPAddress([10, 0, (byte)(i / 250), (byte)(i % 250)]));
        }

        Assert.InRange(bench.Told.Count, 30, 36);
        Assert.Contains(bench.Told, one => one.Who == "many addresses" && one.What == DoorEventKind.ConnectionRefused);
    }

    [Theory]
    [InlineData("dc-0001", "DC-0001")]
    [InlineData("Haus_7.a", "HAUS-7-A")]
    [InlineData("a", "BOX-A")]
    public void The_keys_file_names_the_box_by_its_id_in_capitals(string id, string device) => Assert.Equal(device, DoorOptions.NameOf(id));

    /// <summary>The octets of a whole visit, PDU for PDU.</summary>
    private static async Task<List<byte[]>> RecordAsync(NorthBench bench)
    {
        var talk = new List<byte[]>();
        var (headEnd, session) = (bench.Connect(), bench.Session());
        var question = session.Associate();
        foreach (var _ in Enumerable.Range(0, 2))
        {
            talk.Add(new WrapperFrame(1, 1, question).ToOctets());
            await headEnd.SendAsync(talk[^1]);
            question = session.Take((await headEnd.ReceiveAsync())!.Value.Apdu).Octets;
        }

        Assert.Equal(AssociationState.Associated, session.State);
        var get = session.Start(new GetProcedure(new Protocols.Dlms.Apdu.AttributeDescriptor(15, Metering.Obis.Parse("0-0:40.0.0*255"), 2)));
        talk.Add(new WrapperFrame(1, 1, get).ToOctets());
        await headEnd.SendAsync(talk[^1]);
        Assert.NotNull(await headEnd.ReceiveAsync());
        talk.Add(new WrapperFrame(1, 1, new GatewayPrefix(0, "SIM0000000000007"u8.ToArray()).Wrap(get)).ToOctets());
        talk.Add(new WrapperFrame(1, 0, new DcMessage.StartReporting().ToOctets()).ToOctets());
        return talk;
    }
}
