using System.Buffers;
using System.Text;
using Drivers.Dlms;
using Metering.Orders;
using Protocols.Dlms.ModeE;
using Protocols.Framing;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>The sign-on of IEC 62056-21, alone and in front of HDLC.</summary>
public class ModeETests
{
    [Theory]
    [InlineData('5', true, false, 9600)]
    [InlineData('5', false, false, 9600)]
    [InlineData('4', true, true, 4800)]
    [InlineData('6', true, false, 300)]
    [InlineData('0', true, false, 300)]
    public async Task A_meter_is_signed_on_to_and_read(char speed, bool confirms, bool reflects, int baud)
    {
        var port = new MeterModeE(new MeterModeEPlan(speed, Confirms: confirms));
        ModeEWire? wire = null;
        await using var bench = Bench(port, (meter, clock) => wire = new ModeEWire(meter, clock, port) { Reflects = reflects });
        Assert.True(await bench.ListeningAsync());
        Assert.Null(bench.Ended);
        Assert.Equal(OrderState.Done, (await bench.ReadAsync("1-0:1.8.0*255")).State);
        Assert.Equal(baud == 300 ? [300] : [300, baud], wire!.Speeds.Take(baud == 300 ? 1 : 2));
        Assert.True(port.SignOns >= 2); // with every link anew
    }

    [Fact]
    public async Task A_meter_that_somebody_left_in_HDLC_is_called_there()
    {
        var port = new MeterModeE(new MeterModeEPlan());
        port.Take([0xAF, 0x3F, 0x21, 0x8D, 0x0A], 300);
        port.Take([0x06, 0xB2, 0x35, 0xB2, 0x8D, 0x0A], 300);
        Assert.True(port.IsHdlc);
        await using var bench = Bench(port, (meter, clock) => new ModeEWire(meter, clock, port));
        Assert.True(await bench.ListeningAsync());
        Assert.Null(bench.Ended);
    }

    [Theory]
    [InlineData('5', "", 0, "", "speaks no DLMS on this port")]
    [InlineData('9', "\\2", 0, "", "the speed '9'")]
    [InlineData('C', "\\2", 0, "", "the speed 'C'")]
    [InlineData('5', "\\2", 99, "", "answers NAK")]
    [InlineData('5', "\\2", 0, "4711", "no meter answers the sign-on")]
    public async Task What_a_meter_does_not_do_is_told(char speed, string modes, int refusals, string address, string sentence)
    {
        var port = new MeterModeE(new MeterModeEPlan(speed, modes, Refusals: refusals));
        await using var bench = Bench(port, (meter, clock) => new ModeEWire(meter, clock, port), address);
        Assert.True(await bench.ListeningAsync());
        Assert.Contains(sentence, bench.Ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_NAK_is_no_refusal()
    {
        var port = new MeterModeE(new MeterModeEPlan(Refusals: 1));
        await using var bench = Bench(port, (meter, clock) => new ModeEWire(meter, clock, port), "1001");
        Assert.True(await bench.ListeningAsync());
        Assert.Null(bench.Ended);
    }

    [Theory]
    [InlineData("06 32 34 32 0D 0A", ModeERefusal.OtherChoice)]
    [InlineData("15", ModeERefusal.NotAcknowledged)]
    public void A_choice_that_is_not_confirmed_as_made_is_refused(string answer, ModeERefusal refusal)
    {
        var signOn = new ModeESignOn("", 9600);
        ToChanged(signOn);
        Give(signOn, Convert.FromHexString(answer.Replace(" ", "", StringComparison.Ordinal)), signOn.Due - TimeSpan.FromSeconds(1));
        Assert.Equal((ModeEState.Refused, refusal, TimeSpan.MaxValue), (signOn.State, signOn.Refusal, signOn.Due));
    }

    [Fact]
    public void The_line_changes_when_the_choice_has_left_and_opens_after_a_pause()
    {
        var signOn = new ModeESignOn("", 19200);
        signOn.Start(TimeSpan.Zero);
        Assert.Equal("AF3F218D0A", Convert.ToHexString(signOn.TakeOutput().Span)); // 2F 3F 21 0D 0A with even parity
        Give(signOn, "/ABC6\\2METER\r\n"u8.ToArray(), TimeSpan.FromSeconds(1));
        Assert.True(signOn.TakeOutput().IsEmpty);
        Assert.InRange(signOn.Due, TimeSpan.FromSeconds(1.2), TimeSpan.FromSeconds(1.5));
        var choiceAt = signOn.Due;
        signOn.Tick(choiceAt);
        Assert.Equal("06B236B28D0A", Convert.ToHexString(signOn.TakeOutput().Span));
        Assert.True(signOn.Due - choiceAt >= TimeSpan.FromMilliseconds(200));
        Assert.Equal(300, signOn.Baud);
        signOn.Tick(signOn.Due);
        Assert.Equal((19200, ModeEState.Changed), (signOn.Baud, signOn.State));
        var confirmedAt = signOn.Due - TimeSpan.FromSeconds(1);
        Give(signOn, [0x06, 0xB2, 0x36, 0xB2, 0x8D, 0x0A], confirmedAt);
        Assert.InRange(signOn.Due - confirmedAt, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400));
        signOn.Tick(signOn.Due);
        Assert.Equal(ModeEState.Open, signOn.State);
        Assert.Equal(("ABC", "METER"), (signOn.Identification!.Maker, signOn.Identification.Text));
    }

    [Fact]
    public void Rustle_at_the_new_speed_is_a_confirmation_at_the_old_one_and_never_goes_on_for_ever()
    {
        var signOn = new ModeESignOn("", 9600);
        ToChanged(signOn);
        var now = signOn.Due - TimeSpan.FromSeconds(1.5);
        for (; signOn.State == ModeEState.Changed; now += TimeSpan.FromMilliseconds(10))
        {
            signOn.TakeRubbish(now);
            signOn.Tick(now);
        }

        Assert.True(now < TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void Every_move_that_is_not_in_the_table_is_none()
    {
        Assert.Null(ModeETable.Next(ModeEState.Idle, ModeEEvent.Identified));
        Assert.Null(ModeETable.Next(ModeEState.Open, ModeEEvent.Quiet));
        Assert.Equal(ModeEState.Requested, ModeETable.Next(ModeEState.Refused, ModeEEvent.Request));
    }

    [Fact]
    public void Lines_are_found_in_any_pieces_and_behind_any_rubbish() => Gen.Select(Gen.Byte.Array[0, 80], Gen.Int[1, 20]).Sample((rubbish, piece) =>
    {
        byte[] all = [.. rubbish.Select(octet => (byte)(octet & 0x7F)).Where(octet => octet is not (0x15 or 0x0A)), .. "/ABC5\\2METER\r\n"u8];
        var (framer, line, found) = (new ModeEFramer(), new List<byte>(), new List<string>());
        foreach (var chunk in all.Chunk(piece))
        {
            line.AddRange(chunk);
            var input = new ReadOnlySequence<byte>(line.ToArray());
            while (framer.Read(ref input, out var got, out _) is var read && read != FrameRead.NeedMore)
            {
                if (read == FrameRead.Got)
                {
                    found.Add(got.ToString());
                }
            }

            line.RemoveRange(0, line.Count - (int)input.Length);
            Assert.True(line.Count <= 64);
        }

        Assert.Equal("/ABC5\\2METER", found[^1]);
    });

    [Theory]
    [InlineData("/LGZ5\\2ZMF100AC.M26", "LGZ", '5', "2", "ZMF100AC.M26")]
    [InlineData("/ISk5\\@T382-1004", "ISk", '5', "@", "T382-1004")]
    [InlineData("/KFM5\\1\\2X", "KFM", '5', "12", "X")]
    public void An_identification_is_read_and_written(string text, string maker, char speed, string modes, string ident)
    {
        Assert.True(ModeEIdentification.TryParse(new ModeELine(Encoding.ASCII.GetBytes(text)), out var identification));
        Assert.Equal(new ModeEIdentification(maker, (byte)speed, modes, ident), identification);
        Assert.Equal(text + "\r\n", Encoding.ASCII.GetString(identification.ToOctets()));
    }

    private static void ToChanged(ModeESignOn signOn)
    {
        signOn.Start(TimeSpan.Zero);
        Give(signOn, "/ABC5\\2METER\r\n"u8.ToArray(), TimeSpan.FromSeconds(1));
        signOn.Tick(signOn.Due);
        signOn.Tick(signOn.Due);
        Assert.Equal(ModeEState.Changed, signOn.State);
    }

    private static void Give(ModeESignOn signOn, byte[] octets, TimeSpan now)
    {
        var input = new ReadOnlySequence<byte>(octets);
        Assert.Equal(FrameRead.Got, new ModeEFramer().Read(ref input, out var line, out _));
        signOn.Take(line, now);
    }

    private static DriverBench Bench(MeterModeE port, Func<DlmsMeter, Microsoft.Extensions.Time.Testing.FakeTimeProvider, ModeEWire> wire, string address = "") =>
        new(new DlmsMeterPlan(3, 7), new MeterHdlcPlan(), port: wire, change: options => options with { Framing = DlmsFraming.ModeE, SignOnAddress = address, AnswerWithin = TimeSpan.FromSeconds(60) });
}
