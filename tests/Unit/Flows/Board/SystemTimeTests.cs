using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Concentrator.Board;
using Concentrator.Ports;
using Metering;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Board;

/// <summary>Who stands behind the box's clock, and for how long (R11).</summary>
public class SystemTimeTests
{
    private static readonly string[] Three = ["kernel", "ntp://a", "ntp://b"];
    private readonly SteppedClock _clock = new(new DateTimeOffset(2026, 11, 25, 10, 0, 0, TimeSpan.Zero));
    private bool _kernel = true;

    [Requirement("P2")]
    [Fact]
    public void Two_agreeing_sources_make_a_clock_that_may_set_meters_after_fifteen_minutes()
    {
        var time = Make(Three);
        Tell(time, "ntp://a", 0.4);
        Assert.Equal(new TimeTrust(2, 0, TimeSpan.Zero), time.Trust);
        Pass(time, TimeSpan.FromMinutes(14.9), "ntp://a");
        Assert.False(time.Trust.MaySetMeters);
        Pass(time, TimeSpan.FromMinutes(0.2), "ntp://a");
        Assert.True(time.Trust.MaySetMeters);
        Assert.Equal(TimeQuality.Synchronised, time.Now.Quality);
    }

    [Fact]
    public void One_source_synchronises_the_box_and_sets_no_meter()
    {
        var time = Make(["kernel"]);
        Pass(time, TimeSpan.FromHours(2));
        Assert.Equal(TimeQuality.Synchronised, time.Now.Quality);
        Assert.False(time.Trust.MaySetMeters);
    }

    [Fact]
    public void A_server_that_lies_is_outvoted_and_one_against_one_is_no_agreement()
    {
        var time = Make(Three);
        Tell(time, "ntp://a", 0.1);
        Tell(time, "ntp://b", 315_360_000);
        Assert.Equal((2, 1), (time.Trust.Agreeing, time.Trust.Disagreeing));
        Assert.Equal(TimeQuality.Synchronised, time.Now.Quality);
        Assert.Equal(["agrees", "agrees", "disagrees"], time.Sources.Select(source => source.State));
        _kernel = false;
        _clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal((1, 1), (time.Trust.Agreeing, time.Trust.Disagreeing));
        Assert.Equal(TimeQuality.Holdover, time.Now.Quality);
        Assert.Equal(TimeSpan.Zero, time.Trust.For);
    }

    [Fact]
    public void A_step_makes_everything_that_was_said_before_worth_nothing()
    {
        var time = Make(Three);
        Tell(time, "ntp://a", 0);
        Tell(time, "ntp://b", 0);
        Pass(time, TimeSpan.FromMinutes(16), "ntp://a", "ntp://b");
        Assert.True(time.Trust.MaySetMeters);
        _clock.Step(TimeSpan.FromDays(3650));
        Assert.Equal(1, time.Trust.Agreeing); // the kernel's word; nobody else has spoken of this clock
        Tell(time, "ntp://a", -315_360_000);
        Tell(time, "ntp://b", -315_360_000);
        Assert.Equal(TimeQuality.Holdover, time.Now.Quality);
        _clock.Step(TimeSpan.FromDays(-3650));
        Tell(time, "ntp://a", 0);
        Assert.False(time.Trust.MaySetMeters); // fifteen minutes begin anew
    }

    [Fact]
    public void A_slewed_clock_is_no_step()
    {
        var time = Make(Three);
        Tell(time, "ntp://a", 0);
        for (var minute = 0; minute < 20; minute++)
        {
            _clock.Pass(TimeSpan.FromMinutes(1));
            _clock.Step(TimeSpan.FromMilliseconds(30)); // 500 ppm
            Tell(time, "ntp://a", 0);
        }

        Assert.True(time.Trust.MaySetMeters);
    }

    [Fact]
    public void A_source_that_falls_silent_stops_counting()
    {
        var time = Make(Three);
        Tell(time, "ntp://a", 0);
        _clock.Pass(TimeSpan.FromMinutes(21));
        Assert.Equal(1, time.Trust.Agreeing);
        Assert.Equal(TimeSpan.Zero, time.Trust.For);
    }

    [Fact]
    public void What_is_not_configured_or_not_known_to_a_second_does_not_count()
    {
        var time = Make(Three);
        Tell(time, "hes", 0);
        time.Tell(new ClockOpinion("ntp://a", TimeSpan.Zero, TimeSpan.FromSeconds(1.1)));
        Assert.Equal(1, time.Trust.Agreeing);
    }

    [Fact]
    public void A_box_without_time_never_invents_one()
    {
        var clock = new SteppedClock(DateTimeOffset.UnixEpoch);
        var time = new SystemTime(Three, clock, () => false, NullLogger.Instance);
        Assert.Equal((TimeQuality.Unset, null), (time.Now.Quality, time.Now.Utc));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-7200)]
    public async Task A_time_server_is_asked_over_UDP(int offset)
    {
        var time = Make(["kernel", "ntp://test"]);
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var serving = ServeAsync(server, _clock.GetUtcNow().AddSeconds(offset), packet => packet);
        var source = new NtpSource("ntp://test", "127.0.0.1", ((IPEndPoint)server.Client.LocalEndPoint!).Port, time, _clock, NullLogger.Instance);
        Assert.Null(await source.AskAsync(TestContext.Current.CancellationToken));
        await serving;
        var view = time.Sources.Single(one => one.Source == "ntp://test");
        Assert.Equal(offset, view.OffsetSeconds);
        Assert.Equal(offset == 0 ? "agrees" : "disagrees", view.State);
    }

    [Theory]
    [InlineData(1, 0, "the server itself has no time")] // stratum 0
    [InlineData(0, 0xE4, "the server itself has no time")] // leap indicator 3
    [InlineData(0, 0x23, "no server's answer")]
    [InlineData(24, 0x77, "answers another question")]
    public async Task A_bad_answer_says_nothing_of_the_clock(int at, int octet, string why)
    {
        var time = Make(["kernel", "ntp://test"]);
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var serving = ServeAsync(server, _clock.GetUtcNow(), packet =>
        {
            packet[at] = (byte)octet;
            return packet;
        });
        var source = new NtpSource("ntp://test", "127.0.0.1", ((IPEndPoint)server.Client.LocalEndPoint!).Port, time, _clock, NullLogger.Instance);
        Assert.Contains(why, await source.AskAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await serving;
        Assert.Equal("silent", time.Sources[1].State);
    }

    private SystemTime Make(string[] sources) => new(sources, _clock, () => _kernel, NullLogger.Instance);

    private static void Tell(SystemTime time, string source, double seconds) => time.Tell(new ClockOpinion(source, TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(10)));

    /// <summary>Lets time pass, a minute at a time, in which sources agree.</summary>
    private void Pass(SystemTime time, TimeSpan span, params string[] sources)
    {
        for (var left = span; left > TimeSpan.Zero; left -= TimeSpan.FromMinutes(1))
        {
            _clock.Pass(left < TimeSpan.FromMinutes(1) ? left : TimeSpan.FromMinutes(1));
            foreach (var source in sources)
            {
                Tell(time, source, 0.2);
            }
        }
    }

    /// <summary>A server written from RFC 5905, answering once.</summary>
    private static async Task ServeAsync(UdpClient server, DateTimeOffset now, Func<byte[], byte[]> spoil)
    {
        var question = await server.ReceiveAsync(TestContext.Current.CancellationToken);
        var answer = new byte[48];
        (answer[0], answer[1]) = (0x24, 2);
        question.Buffer.AsSpan(40, 8).CopyTo(answer.AsSpan(24));
        var seconds = (ulong)((now - new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds * 4294967296.0);
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(32), seconds);
        BinaryPrimitives.WriteUInt64BigEndian(answer.AsSpan(40), seconds);
        await server.SendAsync(spoil(answer), question.RemoteEndPoint, TestContext.Current.CancellationToken);
    }

    /// <summary>A clock whose wall time can be stepped while its monotonic time goes on.</summary>
    private sealed class SteppedClock(DateTimeOffset start) : FakeTimeProvider(start)
    {
        private TimeSpan _step;

        internal void Pass(TimeSpan span) => Advance(span);

        internal void Step(TimeSpan by) => _step += by;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _step;

        public override long GetTimestamp() => base.GetUtcNow().UtcTicks;
    }
}
