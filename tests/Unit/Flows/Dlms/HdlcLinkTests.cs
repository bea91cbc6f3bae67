using System.Buffers;
using Protocols.Dlms.Hdlc;
using Protocols.Framing;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>Our end of an HDLC link and a meter's, written twice, frame for frame on a time of their own.</summary>
public class HdlcLinkTests
{
    private static readonly byte[] Question = [0xC0, .. Enumerable.Range(1, 700).Select(i => (byte)i)], Answer = [0xC4, .. Enumerable.Range(1, 1900).Select(i => (byte)(i * 3))];

    [Theory]
    [InlineData(128, 128, 1, 1)]
    [InlineData(2030, 128, 7, 1)]
    [InlineData(128, 2030, 1, 7)]
    [InlineData(2030, 2030, 7, 7)]
    [InlineData(40, 100, 3, 5)]
    [InlineData(1, 5, 7, 2)]
    public void Limits_are_agreed_both_ways_and_messages_pass_both_ways(int ours, int theirs, int ourWindow, int theirWindow)
    {
        var pair = new Pair(new MeterHdlcPlan(Longest: theirs, Window: theirWindow), new HdlcParameters(ours, ours, ourWindow, ourWindow));
        pair.Connect();
        var (octets, frames) = (Math.Min(ours, theirs), Math.Min(ourWindow, theirWindow));
        Assert.Equal(new HdlcParameters(octets, octets, frames, frames), pair.Link.Agreed);
        for (var turn = 0; turn < 3; turn++)
        {
            Assert.Equal(Answer, pair.Ask(Question));
            Assert.Equal(Question, pair.Asked);
        }

        Assert.Equal(0, pair.Link.Repeats);
    }

    [Fact]
    public void What_each_side_sends_may_differ_from_what_it_takes()
    {
        var pair = new Pair(new MeterHdlcPlan(Longest: 300, Window: 5), new HdlcParameters(64, 200, 2, 4));
        pair.Connect();
        Assert.Equal(new HdlcParameters(64, 200, 2, 4), pair.Link.Agreed);
        Assert.Equal(Answer, pair.Ask(Question));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Frames_that_get_lost_are_sent_again(int seed)
    {
        var pair = new Pair(new MeterHdlcPlan(Window: 3), new HdlcParameters(128, 128, 3, 3), retries: 40);
        var random = new Random(seed);
        pair.IsLost = () => random.NextDouble() < 0.15;
        pair.Connect();
        Assert.True(pair.Ask(Question).AsSpan().SequenceEqual(Answer), $"seed {seed}");
        Assert.True(pair.Link.Repeats > 0);
    }

    [Fact]
    public void A_busy_meter_is_asked_until_it_is_ready_and_not_sent_the_frame_meanwhile()
    {
        var pair = new Pair();
        pair.Connect();
        pair.Meter.BusyTurns = 9;
        Assert.Equal(Answer, pair.Ask([0xC0, 1]));
        Assert.Equal(2, pair.Sent.Count(control => control.Kind == HdlcFrameKind.Information));
        Assert.Equal(9, pair.Heard.Count(control => control.Kind == HdlcFrameKind.ReceiveNotReady));
    }

    [Fact]
    public void A_meter_that_is_busy_for_ever_is_given_up_after_a_minute()
    {
        var pair = new Pair();
        pair.Connect();
        pair.Meter.BusyTurns = int.MaxValue;
        var began = pair.Now;
        Assert.Empty(pair.Ask([0xC0, 1]));
        Assert.Equal((HdlcLinkState.Disconnected, HdlcLinkEnd.Busy), (pair.Link.State, pair.Link.End));
        Assert.InRange(pair.Now - began, TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(62));
    }

    [Fact]
    public void A_silent_meter_is_asked_four_times()
    {
        var pair = new Pair { IsLost = () => true };
        pair.Link.Connect(pair.Now);
        pair.RunUntil(() => pair.Link.State != HdlcLinkState.Connecting);
        Assert.Equal(HdlcLinkEnd.Silent, pair.Link.End);
        Assert.Equal(3, pair.Link.Repeats);
    }

    [Fact]
    public void A_frame_longer_than_agreed_is_rejected_with_its_reason_until_the_link_is_set_again()
    {
        var pair = new Pair(new MeterHdlcPlan(Longest: 50));
        pair.Connect();
        var information = new byte[60];
        pair.Give(HdlcControl.Information(0, 0, poll: true), information);
        Assert.Equal((HdlcLinkState.Disconnected, HdlcLinkEnd.Rejected), (pair.Link.State, pair.Link.End));
        Assert.Equal("Information with control 10: information longer than agreed", pair.Link.Reject.ToString());
        pair.Connect();
        Assert.Null(pair.Link.Reject);
        Assert.Equal(Answer, pair.Ask(Question));
    }

    [Theory]
    [InlineData(0xD1, "acknowledges what was never sent")]
    [InlineData(0xEF, "undefined control field")]
    public void Other_frames_are_rejected_with_their_reason(byte control, string reason)
    {
        var pair = new Pair();
        pair.Connect();
        pair.Give(new HdlcControl(control), default);
        Assert.EndsWith(reason, pair.Link.Reject.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_meter_that_rejects_the_first_SNRM_is_asked_again()
    {
        var pair = new Pair { Instead = HdlcControl.FrameReject, InsteadOf = 2 };
        pair.Connect();
        Assert.Equal(3, pair.Sent.Count(control => control.Kind == HdlcFrameKind.SetNormalResponseMode));
    }

    [Fact]
    public void A_meter_that_wants_no_link_says_so_and_is_left_alone_after_four_times()
    {
        var pair = new Pair { Instead = HdlcControl.DisconnectedMode, InsteadOf = int.MaxValue };
        pair.Link.Connect(pair.Now);
        pair.RunUntil(() => pair.Link.State != HdlcLinkState.Connecting);
        Assert.Equal(HdlcLinkEnd.DisconnectedMode, pair.Link.End);
        Assert.Equal(4, pair.Sent.Count);
    }

    [Fact]
    public void A_link_that_was_idle_for_too_long_answers_DM_and_SNRM_opens_it_again()
    {
        var pair = new Pair();
        pair.Connect();
        pair.Meter.LetPass(TimeSpan.FromSeconds(119));
        Assert.Equal(Answer, pair.Ask([0xC0, 1]));
        pair.Meter.LetPass(TimeSpan.FromSeconds(120));
        Assert.False(pair.Meter.IsConnected);
        Assert.Empty(pair.Ask([0xC0, 2]));
        Assert.Equal(HdlcLinkEnd.DisconnectedMode, pair.Link.End);
        pair.Connect();
        Assert.Equal(Answer, pair.Ask([0xC0, 3]));
    }

    [Fact]
    public void DISC_ends_a_link_and_DM_answers_it_where_there_is_none()
    {
        var pair = new Pair();
        pair.Connect();
        foreach (var heard in new[] { HdlcFrameKind.UnnumberedAcknowledge, HdlcFrameKind.DisconnectedMode })
        {
            pair.Give(HdlcControl.Disconnect, default);
            Assert.Equal(heard, pair.Heard[^1].Kind);
            Assert.False(pair.Meter.IsConnected);
        }
    }

    [Fact]
    public void SNRM_within_a_link_sets_the_numbers_back()
    {
        var pair = new Pair();
        pair.Connect();
        Assert.Equal(Answer, pair.Ask(Question));
        pair.Connect();
        Assert.Equal(Answer, pair.Ask(Question));
        Assert.Equal(0, pair.Link.Repeats);
    }

    [Fact]
    public void Frames_for_others_are_dropped_without_a_word()
    {
        var pair = new Pair();
        pair.Connect();
        foreach (var server in new[] { HdlcAddress.Of(1, 18), HdlcAddress.Of(2, 17), HdlcAddress.Of(1), HdlcAddress.Of(0x7F, 0x7F) })
        {
            pair.Give(HdlcControl.SetNormalResponseMode, default, server);
        }

        Assert.Single(pair.Heard);
        Assert.Equal(4, pair.Meter.Dropped);
        var frame = new HdlcFrame(HdlcAddress.Of(16), HdlcAddress.Of(1, 17), HdlcControl.DisconnectedMode, false, default);
        Assert.False(pair.Link.Take(frame, pair.Now));
        Assert.False(pair.Link.Take(frame with { Destination = HdlcAddress.Of(1), Source = HdlcAddress.Of(1, 18) }, pair.Now));
        Assert.Equal(HdlcLinkState.Ready, pair.Link.State);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Whoever_is_on_the_line_answers_when_it_is_called(byte length)
    {
        var pair = new Pair(server: new HdlcAddress(1, (ushort)(length == 2 ? 0x7E : 0x3FFE), length));
        pair.Connect();
        Assert.Equal(Answer, pair.Ask(Question));
        Assert.All(pair.Sources, source => Assert.Equal(new HdlcAddress(1, 17, length), source));
    }

    [Theory]
    [InlineData(0x7F, 0x7F, 2)]
    [InlineData(0x3FFF, 0x3FFF, 4)]
    [InlineData(1, 17, 2)]
    public void What_goes_to_all_is_heard_and_not_answered(int upper, int lower, byte length)
    {
        var pair = new Pair(server: new HdlcAddress((ushort)upper, (ushort)lower, length));
        pair.Link.SendUnconfirmed(Question);
        pair.Exchange();
        Assert.Empty(pair.Heard);
        Assert.True(pair.Meter.TryTakeUnconfirmed(out var client, out var apdu));
        Assert.Equal((1, Convert.ToHexString(Question)), (client, Convert.ToHexString(apdu)));
    }

    [Fact]
    public void What_a_meter_says_by_itself_is_heard_in_the_middle_of_an_answer()
    {
        var pair = new Pair();
        pair.Connect();
        pair.Interruption = [0x0F, .. new byte[300]];
        Assert.Equal(Answer, pair.Ask(Question));
        Assert.Equal(pair.Interruption, pair.Unasked);
    }

    /// <summary>Two ends, the wire between them, and the time.</summary>
    private sealed class Pair
    {
        private readonly HdlcFramer _atUs = new(), _atMeter = new();
        private readonly HdlcAddress _server;

        internal Pair(MeterHdlcPlan? plan = null, HdlcParameters? wants = null, HdlcAddress? server = null, int retries = 3)
        {
            Meter = new MeterHdlc(plan ?? new MeterHdlcPlan());
            _server = server ?? HdlcAddress.Of(1, 17);
            Link = new HdlcClientLink(HdlcAddress.Of(1), _server, wants ?? HdlcParameters.Default, HdlcTiming.Default with { Retries = retries }, 5000);
        }

        internal HdlcClientLink Link { get; }

        internal MeterHdlc Meter { get; }

        internal TimeSpan Now { get; private set; }

        internal Func<bool> IsLost { get; set; } = () => false;

        /// <summary>The first frames get this for an answer.</summary>
        internal HdlcControl Instead { get; init; }

        internal int InsteadOf { get; init; }

        internal byte[]? Interruption { get; set; }

        internal byte[] Asked { get; private set; } = [];

        internal byte[] Unasked { get; private set; } = [];

        internal List<HdlcControl> Sent { get; } = [];

        internal List<HdlcControl> Heard { get; } = [];

        internal List<HdlcAddress> Sources { get; } = [];

        internal void Connect()
        {
            Link.Connect(Now);
            RunUntil(() => Link.State != HdlcLinkState.Connecting);
            Assert.Equal(HdlcLinkState.Ready, Link.State);
        }

        internal byte[] Ask(byte[] question)
        {
            byte[] answer = [];
            Link.Send(question, Now);
            RunUntil(() => Link.State == HdlcLinkState.Disconnected || (Link.TryTakeMessage(out var apdu) && (answer = apdu.ToArray()).Length > 0));
            return answer;
        }

        internal void Give(HdlcControl control, byte[]? information, HdlcAddress? server = null)
        {
            var buffer = new byte[HdlcWriter.MaxFrame];
            Meter.Take(buffer[..HdlcWriter.Write(new HdlcFrame(server ?? _server, HdlcAddress.Of(1), control, false, information), buffer)]);
            Receive(Meter.Output());
        }

        internal void RunUntil(Func<bool> condition)
        {
            for (var turn = 0; turn < 100_000; turn++)
            {
                Exchange();
                if (condition())
                {
                    return;
                }

                Assert.True(Link.Due < TimeSpan.MaxValue, "nothing is due, and nothing comes");
                Now = Link.Due;
                Link.Tick(Now);
                if (condition())
                {
                    return;
                }
            }

            Assert.Fail("it goes on for ever");
        }

        internal void Exchange()
        {
            while (Link.TakeOutput() is { IsEmpty: false } output)
            {
                foreach (var (frame, octets) in Frames(_atMeter, output.ToArray()))
                {
                    Sent.Add(frame.Control);
                    if (Sent.Count <= InsteadOf)
                    {
                        Link.Take(new HdlcFrame(frame.Source, frame.Destination, Instead, false, default), Now);
                    }
                    else if (!IsLost())
                    {
                        Meter.Take(octets);
                    }
                }

                while (Meter.TryTake(out var client, out var apdu))
                {
                    Asked = apdu;
                    if (Interruption is not null)
                    {
                        Meter.Tell(client, Interruption, 0x13);
                    }

                    Meter.Send(Answer);
                }

                Receive(Meter.Output());
            }
        }

        private void Receive(byte[] octets)
        {
            foreach (var (frame, _) in Frames(_atUs, octets))
            {
                if (IsLost())
                {
                    continue;
                }

                Heard.Add(frame.Control);
                Sources.Add(frame.Source);
                Link.Take(frame, Now);
                if (Link.TryTakeUnasked(out var apdu))
                {
                    Unasked = apdu.ToArray();
                }
            }
        }

        private static List<(HdlcFrame Frame, byte[] Octets)> Frames(HdlcFramer framer, byte[] octets)
        {
            var frames = new List<(HdlcFrame, byte[])>();
            var input = new ReadOnlySequence<byte>(octets);
            while (framer.Read(ref input, out var frame, out _) is var read && read != FrameRead.NeedMore)
            {
                Assert.Equal(FrameRead.Got, read);
                var again = new byte[HdlcWriter.MaxFrame];
                frames.Add((frame, again[..HdlcWriter.Write(frame, again)]));
            }

            return frames;
        }
    }
}
