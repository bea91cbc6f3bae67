using System.Text;
using Protocols.Usi.Prime;

namespace Unit.Vectors.Usi.Prime;

/// <summary>Other people's PRIME frames: each is read as the message its description tells, and written again octet for octet.</summary>
public class SharedPrimeTests
{
    private static readonly Eui48 Node = new(0x404022010203);
    private static readonly byte[] GetClock = Convert.FromHexString("C001C100080000010000FF0200");

    /// <summary>The description of each frame, by hand.</summary>
    private static readonly Dictionary<string, PrimeMessage> Expected = new()
    {
        ["prime.netevent.register"] = new NetworkEvent(NetworkEventKind.Registered, Node, 0, 1, 0xFF, 0, 0, 0, 1, 0),
        ["prime.netevent.alive"] = new NetworkEvent(NetworkEventKind.Alive, Node, 0, 1, 0xFF, 7, 7, 5, 1, 0),
        ["prime.netevent.promote"] = new NetworkEvent(NetworkEventKind.Promoted, Node, 0, 1, 5, 7, 7, 5, 1, 5),
        ["prime.netevent.reboot"] = new NetworkEvent(NetworkEventKind.Rebooted, default, 0, 0, 0, 0, 0, 0, 0, 0),
        ["prime.432.join.ind"] = new JoinIndication(Encoding.ASCII.GetBytes("ZIV0012345678"), 0x0123, Node, new byte[2], 0),
        ["prime.432.leave.ind"] = new AddressMessage(PrimeCommand.LeaveIndication, 0x0123),
        ["prime.432.data.req.get"] = new DataRequest(1, 0x10, 0x0123, GetClock),
        ["prime.432.data.cfm.ok"] = new DataConfirm(1, 0x10, 0x0123, DataStatus.Sent),
        ["prime.432.data.cfm.timeout"] = new DataConfirm(1, 0x10, 0x0123, DataStatus.TimedOut),
        ["prime.432.data.ind.rsp"] = new DataIndication(0x10, 1, 0, 0x0123, Convert.FromHexString("C401C100090C07EA0B17010C1E00FF800000"), 0),
        ["prime.432.data.req.broadcast"] = new DataRequest(0, 0, DataRequest.Broadcast, GetClock),
        ["prime.432.release.req"] = new AddressMessage(PrimeCommand.ReleaseRequest, 0x0123),
        ["prime.mlme.get.req.sna"] = PibRequest.Get(PrimePib.Sna),
        ["prime.mlme.get.cfm.sna"] = new PibConfirm(MlmeResult.Done, PrimePib.Sna, Convert.FromHexString("404022AABBCC")),
        ["prime.mlme.listget.req.regdev"] = PibRequest.List(PrimePib.RegisteredDevices),
        ["prime.mlme.listget.cfm.regdev"] = new PibListConfirm(MlmeResult.Done, PrimePib.RegisteredDevices, PrimeRecords.Write([new RegisteredDevice(Node, 1, 0, 0xFF, 0, 0, 0x28, 0)])),
        ["prime.mlme.listget.cfm.end"] = new PibListConfirm(MlmeResult.Done, PrimePib.RegisteredDevices, default),
        ["prime.mlme.listget.cfm.432nodes"] = new PibListConfirm(MlmeResult.Done, PrimePib.LlcNodes, PrimeRecords.Write([new LlcNode(0x0123, "ZIV0012345678", Node)])),
        ["prime.mlme.set.req"] = new PibSet(PrimePib.AliveTime, new byte[] { 4 }),
        ["prime.mlme.set.cfm"] = new ResultMessage(PrimeCommand.SetConfirm, MlmeResult.Done),
        ["prime.mlme.reset.req"] = new BareMessage(PrimeCommand.ResetRequest),
        ["prime.mlme.reset.cfm"] = new ResultMessage(PrimeCommand.ResetConfirm, MlmeResult.Done),
        ["prime.bmng.whitelist.add"] = new EuiMessage(PrimeCommand.WhiteListAdd, Node),
        ["prime.bmng.whitelist.ack"] = new AckMessage(PrimeCommand.WhiteListAck, PrimeCommand.WhiteListAdd, 0),
        ["prime.bmng.fup.addtarget"] = new EuiMessage(PrimeCommand.FirmwareAddTarget, Node),
        ["prime.bmng.fup.ack"] = new FirmwareAck(PrimeCommand.FirmwareAddTarget, FirmwareAckCode.Done, 0),
        ["prime.bmng.fup.initfiletx"] = new FirmwareInitFile(2, 512, 256, 0xDEADBEEF),
        ["prime.bmng.fup.dataframe"] = new FirmwareFrame(0, Convert.FromHexString("7E7D0001")),
        ["prime.bmng.fup.status.ind"] = new FirmwareStatus(FirmwareState.Receiving, 16, Node),
    };

    [Fact]
    public void Each_message_is_what_its_description_says_and_is_written_again()
    {
        var seen = 0;
        foreach (var (name, octets) in SharedUsi.Frames().Where(frame => frame.Name.StartsWith("prime.", StringComparison.Ordinal) && !frame.Name.Contains(".mngp.", StringComparison.Ordinal)))
        {
            var message = PrimeMessage.Read(Assert.Single(SharedUsi.Cut(octets)).Payload, out var fault);
            Assert.True(message is not null and not UnknownMessage, $"{name}: {fault}");
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(message.ToFrame().ToOctets()));
            Assert.True(Expected.TryGetValue(name, out var expected), $"{name} is not expected");
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(expected.ToFrame().ToOctets()));
            Assert.Equal(expected.GetType(), message.GetType());
            seen++;
        }

        Assert.Equal(Expected.Count, seen);
    }

    [Theory]
    [InlineData("prime.mngp.getqry.sna", typeof(AttributeQuery))]
    [InlineData("prime.mngp.getqry_en.432list", typeof(AttributeListQuery))]
    [InlineData("prime.mngp.getrsp_en.432list", typeof(AttributeListAnswer))]
    public void The_management_plane_is_read_and_written_again(string name, Type kind)
    {
        var octets = SharedUsi.Frame(name);
        var message = ManagementMessage.Read(Assert.Single(SharedUsi.Cut(octets)), out var fault);
        Assert.True(message?.GetType() == kind, fault);
        Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(message.ToFrame().ToOctets()));
    }

    [Fact]
    public void A_list_of_the_management_plane_holds_the_records_of_the_list()
    {
        var answer = (AttributeListAnswer)ManagementMessage.Read(Assert.Single(SharedUsi.Cut(SharedUsi.Frame("prime.mngp.getrsp_en.432list"))), out _)!;
        var record = Assert.Single(answer.Records);
        Assert.Equal((PrimePib.LlcNodes, (ushort)0), (answer.Pib, record.At.Number));
        Assert.Equal(new LlcNode(0x0123, "ZIV0012345678", Node), LlcNode.Read(record.Octets.Span));
    }

    [Fact]
    public void Records_of_a_list_are_read()
    {
        var nodes = new List<LlcNode>();
        Assert.Null(PrimeRecords.Read(((PibListConfirm)Message("prime.mlme.listget.cfm.432nodes")).Records.Span, nodes));
        Assert.Equal(new LlcNode(0x0123, "ZIV0012345678", Node), Assert.Single(nodes));
        var devices = new List<RegisteredDevice>();
        Assert.Null(PrimeRecords.Read(((PibListConfirm)Message("prime.mlme.listget.cfm.regdev")).Records.Span, devices));
        Assert.Equal(new RegisteredDevice(Node, 1, 0, 0xFF, 0, 0, 0x28, 0), Assert.Single(devices));
        Assert.Contains("no whole number of records of 14", PrimeRecords.Read<RegisteredDevice>(new byte[15], devices), StringComparison.Ordinal);
    }

    private static PrimeMessage Message(string name) => PrimeMessage.Read(Assert.Single(SharedUsi.Cut(SharedUsi.Frame(name))).Payload, out _)!;
}
