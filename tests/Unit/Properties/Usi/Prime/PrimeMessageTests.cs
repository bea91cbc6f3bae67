using Protocols.Usi;
using Protocols.Usi.Prime;

namespace Unit.Properties.Usi.Prime;

public class PrimeMessageTests
{
    private static readonly Eui48 Node = new(0x0080E1010203);
    private static readonly byte[] Some = [1, 2, 3];

    /// <summary>One of each message that stands in no vector.</summary>
    private static readonly PrimeMessage[] Messages =
    [
        new NullEstablishRequest(Node, 3, Some, 1, 2, 0), new NullEstablishIndication(7, Node, 3, Some, 2, 0), new NullEstablishConfirm(7, 14, Node, 3, Some, 0), new NullEstablishResponse(7, 1, Some, 0),
        new NullHandle(PrimeCommand.NullReleaseRequest, 7, null), new NullHandle(PrimeCommand.NullReleaseIndication, 7, 1), new NullHandle(PrimeCommand.NullReleaseConfirm, 7, 1),
        new NullHandle(PrimeCommand.NullReleaseResponse, 7, 1), new NullHandle(PrimeCommand.NullLeaveConfirm, 7, 1), new NullJoinRequest(1, 7, Node, 3, Some, 0), new NullJoinIndication(7, Node, 3, Some, 0),
        new NullJoinResponse(7, Node, 1, 0), new NullJoinConfirm(7, 1, 0), new NullLeave(PrimeCommand.NullLeaveRequest, 7, Node), new NullLeave(PrimeCommand.NullLeaveIndication, 7, Eui48.All),
        new NullDataRequest(7, Some, 1, 99), new NullDataConfirm(7, 0xFFFF_0000, 0), new NullDataIndication(7, Some, 99),
        new PhyRequest(PrimeCommand.PhyResetRequest, 1), new PhyRequest(PrimeCommand.PhySleepRequest, 1), new PhyRequest(PrimeCommand.PhyResumeRequest, 1), new PhyConfirm(PrimeCommand.PhyResetConfirm, 0, 1),
        new PhyConfirm(PrimeCommand.PhySleepConfirm, 2, 1), new PhyConfirm(PrimeCommand.PhyResumeConfirm, 0, 1), new PhyConfirm(PrimeCommand.PhySetConfirm, 0, 1), new PhyGet(PrimePib.TransmitChannel, 1),
        new PhyGetConfirm(0, PrimePib.TransmitChannel, Some, 1), new PhySet(PrimePib.TransmitChannel, Some, 1),
        new PromoteRequest(Node, 1, null), new PromoteRequest(Node, 1, 3), new ResultMessage(PrimeCommand.PromoteConfirm, MlmeResult.Redundant), new ResultMessage(PrimeCommand.ChannelPromoteConfirm, MlmeResult.Done),
        new EuiMessage(PrimeCommand.WhiteListRemove, Node), new RedirectResponse(7, Node, Some), new BareMessage(PrimeCommand.FirmwareClearTargets), new BareMessage(PrimeCommand.FirmwareCheckCrc),
        new FirmwareIdentity(Some, Some, Some), new FirmwareOptions(1, 4, 1, 60, 3600), new EuiMessage(PrimeCommand.FirmwareAbort, Eui48.All), new FirmwareOctet(PrimeCommand.FirmwareStart, 1),
        new FirmwareOctet(PrimeCommand.FirmwareMatchRule, 3), new EuiMessage(PrimeCommand.FirmwareGetVersion, Node), new EuiMessage(PrimeCommand.FirmwareGetState, Node), new FirmwareError(2, Node),
        new FirmwareVersion(Node, Some, Some, Some), new EuiMessage(PrimeCommand.FirmwareKilled, Node), new FirmwareSignature(1, 64), new ProfileMessage(PrimeCommand.ProfileGet, Node, Some),
        new ProfileMessage(PrimeCommand.ProfileGetEnhancedResponse, Node, Some), new EuiMessage(PrimeCommand.ProfileReboot, Node), new AckMessage(PrimeCommand.ProfileAck, PrimeCommand.ProfileGetEnhancedResponse, 0),
        new ZeroCross(Node, 0, 12), new ZeroCrossDifference(Node, 50, 12), new UnknownMessage((PrimeCommand)0x7F, Some), new JoinIndication(Some, 3, Node, default, 1),
    ];

    [Fact]
    public void Each_message_comes_back_as_it_was_written()
    {
        foreach (var message in Messages)
        {
            var octets = message.ToPayload();
            var again = PrimeMessage.Read(octets, out var fault);
            Assert.True(again?.GetType() == message.GetType() && again.Command == message.Command, $"{message}: {fault}");
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(again.ToPayload()));
            for (var length = 1; length < octets.Length && message is not (UnknownMessage or JoinIndication); length++)
            {
                Assert.Null(PrimeMessage.Read(octets.AsMemory(0, length), out fault));
                Assert.NotNull(fault);
            }
        }
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused_with_a_sentence() => Gen.Byte.Array[0, 80].Sample(payload =>
    {
        var message = PrimeMessage.Read(payload, out var fault);
        Assert.Equal(message is null, fault is not null);
        Assert.True(message is null || message.ToPayload().AsSpan().SequenceEqual(payload), $"{message} is written otherwise than it was read");
    });

    [Fact]
    public void Whatever_comes_over_the_management_plane_is_read_or_refused() => Gen.Select(Gen.Int[0, 7], Gen.Byte.Array[1, 80]).Sample((protocol, payload) =>
    {
        var message = ManagementMessage.Read(new UsiFrame((UsiProtocol)protocol, payload), out var fault);
        Assert.Equal(message is null, fault is not null);
    });

    [Theory]
    [InlineData(new byte[0], "1 octets are announced")]
    [InlineData(new byte[] { 0x38, 1, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0 }, "65535 octets are announced at octet 9, 1 are there")]
    [InlineData(new byte[] { 0x3B, 1, 2, 3 }, "1 octets follow the end of the LeaveIndication")]
    public void What_does_not_fit_is_named(byte[] payload, string sentence)
    {
        Assert.Null(PrimeMessage.Read(payload, out var fault));
        Assert.Contains(sentence, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_come_back_as_they_were_written()
    {
        Twice([new RegisteredDevice(Node, 0x1234, 1, 2, 3, 4, 5, 6)]);
        Twice([new ActiveConnection(1, 0x1234, 0x100, Node), new ActiveConnection(2, 3, 4, Eui48.All)]);
        Twice([new TypedConnection(0x101, 0x1234, 0x100, Node, 3)]);
        Twice([new LlcNode(0x123, "ZIV0012345678", Node), new LlcNode(0x124, "", Node), new LlcNode(0x125, "1234567890123456", Node)]);
        Twice([new MulticastEntry(1, 2)]);
        Twice([new SwitchEntry(0x1234, 5, 6, 7)]);
        Twice([new HeardSwitch(Node, 1, 2, 3, 4)]);
        Twice([new NeighbourLink(0x1234, 1, 2, 3, 4, 5, 6, 0x789)]);

        static void Twice<T>(T[] records)
            where T : struct, IPrimeRecord<T>
        {
            var again = new List<T>();
            Assert.Null(PrimeRecords.Read(PrimeRecords.Write(records), again));
            Assert.Equal(records, again);
        }
    }

    [Theory]
    [InlineData("0080E1010203", true)]
    [InlineData("00:80:e1:01:02:03", true)]
    [InlineData("0080E10102", false)]
    [InlineData("0080E101020G", false)]
    [InlineData(null, false)]
    public void An_EUI_is_twelve_hex_digits(string? text, bool fits)
    {
        Assert.Equal(fits, Eui48.TryParse(text, out var eui));
        Assert.Equal(fits ? "0080E1010203" : "000000000000", eui.ToString());
    }
}
