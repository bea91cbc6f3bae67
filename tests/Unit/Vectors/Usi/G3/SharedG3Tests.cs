using System.Buffers;
using Protocols.Framing;
using Protocols.Usi;
using Protocols.Usi.G3;

namespace Unit.Vectors.Usi.G3;

/// <summary>Messages of a G3 modem, computed from the vendor's code: read, and written again.</summary>
public class SharedG3Tests
{
    [Fact]
    public void Every_message_is_known_read_to_its_end_and_written_again_octet_for_octet()
    {
        var read = 0;
        foreach (var (name, octets) in Rows())
        {
            var message = Read(octets, name);
            Assert.False(message is Unknown, $"{name} is not known");
            Assert.Equal((name, Convert.ToHexString(octets)), (name, Convert.ToHexString(message.ToFrame().ToOctets())));
            read++;
        }

        Assert.True(read >= 34, $"{read} messages");
    }

    [Fact]
    public void Bring_up_says_what_the_document_says()
    {
        Assert.Equal(new Initialize(G3Band.CenelecA, true), Read("g3.adp.initialize.req.cenA.coord"));
        Assert.Equal(new StatusIndication(ModemStatus.Success, G3Command.Initialize), Read("g3.adp.status.init.ok"));
        Assert.Equal(new StatusIndication(ModemStatus.NotAllowed, G3Command.NetworkStartRequest), Read("g3.adp.status.notallowed"));
        Assert.Equal(new NetworkStartRequest(0x781D), Read("g3.adp.networkstart.req"));
        Assert.Equal(new Confirm(G3Command.NetworkStartConfirm, AdpStatus.Success), Read("g3.adp.networkstart.cfm"));
        Assert.Equal(AttributeGet.Mac(MacAttribute.ExtendedAddress), Read("g3.mac.get.eui64.req"));
        var told = (AttributeGetConfirm)Read("g3.mac.get.eui64.cfm");
        Assert.Equal((G3Command.MacGetConfirm, MacAttribute.ExtendedAddress, "success", 8), (told.Command, told.Attribute, told.StatusText, told.Value.Length));
        var hops = (AttributeSet)Read("g3.adp.set.maxhops.req");
        Assert.Equal((G3Command.SetRequest, AdpAttribute.MaxHops, "0A"), (hops.Command, hops.Attribute, Hex(hops.Value)));
        var context = (AttributeSet)Read("g3.adp.set.context0.req");
        Assert.Equal((AdpAttribute.ContextTable, (ushort)0, "FFFF0150FE80000000000000781D"), (context.Attribute, context.Index, Hex(context.Value)));
        Assert.Equal(Hex(context.Value), Hex(ContextEntry.OfLinkLocal(0x781D).ToOctets()));
        var key = (AttributeSet)Read("g3.lbp.set.gmk.idx0.req");
        Assert.Equal((G3Command.LbpSetRequest, LbpAttribute.GroupMasterKey, 16), (key.Command, key.Attribute, key.Value.Length));
        Assert.Equal(new AttributeSetConfirm(G3Command.LbpSetConfirm, 0, LbpAttribute.PreSharedKey, 0), Read("g3.lbp.set.psk.cfm"));
    }

    [Fact]
    public void Joining_and_leaving_say_what_the_document_says()
    {
        var eui = ((JoinRequestIndication)Read("g3.lbp.joinreq.ind")).Eui;
        Assert.Equal(("00040400000A1B2C", "2C1B0A0000040400"), (eui.ToString(), eui.Reversed.ToString()));
        Assert.Equal(eui, Eui64.Of(((AttributeGetConfirm)Read("g3.mac.get.eui64.cfm")).Value.Span));
        Assert.True(Eui64.TryParse(eui.ToString(), out var again) && again == eui);
        Assert.Equal(new ShortAddressAssign(eui, 1), Read("g3.lbp.shortaddr.assign.req"));
        Assert.Equal(new JoinCompleteIndication(eui, 1), Read("g3.lbp.joincomplete.ind"));
        Assert.Equal(new LeaveIndication(1), Read("g3.lbp.leave.ind"));
        Assert.Equal(new Kick(1, eui), Read("g3.lbp.kick.req"));
        Assert.Equal(new Rekey(1, eui, true), Read("g3.lbp.rekey.distribute.req"));
        Assert.Equal(new SetRekeyPhase(true), Read("g3.lbp.setrekeyphase.start"));
        Assert.Equal(new Bare(G3Command.ActivateNewKey), Read("g3.lbp.activatenewkey"));
    }

    [Fact]
    public void Data_and_paths_say_what_the_document_says()
    {
        var sent = (DataRequest)Read("g3.adp.data.req.dlms.get");
        Assert.Equal((1, true, 0, 69), (sent.Handle, sent.DiscoversRoute, sent.QualityOfService, sent.Packet.Length));
        Assert.Equal(new DataConfirm(AdpStatus.Success, 1), Read("g3.adp.data.cfm.ok"));
        Assert.Equal(new DataConfirm(AdpStatus.RouteError, 1), Read("g3.adp.data.cfm.routeerr"));
        Assert.Equal((0x5A, 74), (((DataIndication)Read("g3.adp.data.ind.dlms.rsp")).Lqi, ((DataIndication)Read("g3.adp.data.ind.dlms.rsp")).Packet.Length));
        Assert.Equal(new BufferIndication(G3Buffers.Medium | G3Buffers.Small), Read("g3.adp.buffer.ind"));
        var status = (NetworkStatusIndication)Read("g3.adp.networkstatus.ind");
        Assert.Equal((0x781D, "0001", "0000", MacStatus.AlternatePanId), (status.PanId, Hex(status.Source), Hex(status.Destination), status.Status));
        Assert.Equal(new PathDiscoveryRequest(1, 0x0F), Read("g3.adp.pathdisc.req"));
        var path = (PathDiscoveryConfirm)Read("g3.adp.pathdisc.cfm");
        Assert.Equal((AdpStatus.Success, 1, 0, 0x0F), (path.Status, path.Destination, path.Origin, path.MetricType));
        Assert.Equal([new PathHop(5, 0, 0x20, 0, 1, 1), new PathHop(1, 0, 0x30, 0, 1, 1)], path.Forward);
        Assert.Equal([new PathHop(0, 0, 0x28, 0, 1, 1)], path.Reverse);
        Assert.Equal(new RouteDiscoveryRequest(1, 10), Read("g3.adp.routedisc.req"));
        Assert.Equal(new Bare(G3Command.ResetRequest), Read("g3.adp.reset.req"));
        Assert.Equal(new Confirm(G3Command.ResetConfirm, AdpStatus.Success), Read("g3.adp.reset.cfm"));
    }

    [Fact]
    public void A_message_too_long_for_a_stock_modem_is_read_and_known_as_such()
    {
        var message = (DataRequest)Read("g3.adp.data.req.xlen");
        Assert.Equal(1100, message.Packet.Length);
        Assert.False(message.ToFrame().FitsModem);
        Assert.True(((DataRequest)Read("g3.adp.data.req.dlms.get")).ToFrame().FitsModem);
    }

    [Fact]
    public void The_packet_of_a_question_is_read_and_written_again()
    {
        var octets = SharedVectors.Array("plc-frames.json").Where(row => row.GetProperty("name").GetString()!.StartsWith("g3.ipv6.udp.dlms.get", StringComparison.Ordinal))
            .Select(row => Convert.FromHexString(row.GetProperty("hex").GetString()!)).Single();
        AssertPacket(octets, 0, 1);
        AssertPacket(((DataRequest)Read("g3.adp.data.req.dlms.get")).Packet.ToArray(), 0, 1);
        AssertPacket(((DataIndication)Read("g3.adp.data.ind.dlms.rsp")).Packet.ToArray(), 1, 0);
    }

    private static void AssertPacket(byte[] octets, ushort from, ushort to)
    {
        Assert.True(UdpPacket.TryParse(octets, out var packet, out var fault), fault);
        Assert.Equal((Ipv6Address.LinkLocal(0x781D, from), Ipv6Address.LinkLocal(0x781D, to)), (packet.Source, packet.Destination));
        Assert.Equal((UdpPacket.DlmsPort, UdpPacket.DlmsPort, 8), (packet.SourcePort, packet.DestinationPort, packet.HopLimit));
        Assert.True(packet.Destination.TryLinkLocal(out var panId, out var address));
        Assert.Equal((0x781D, to), (panId, address));
        Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(packet.ToOctets()));
    }

    private static string Hex(ReadOnlyMemory<byte> octets) => Convert.ToHexString(octets.Span);

    private static G3Message Read(string name) => Read(Rows().Single(row => row.Name == name).Octets, name);

    private static G3Message Read(byte[] octets, string name)
    {
        var input = new ReadOnlySequence<byte>(octets);
        Assert.Equal((name, FrameRead.Got), (name, new UsiFramer().Read(ref input, out var frame, out _)));
        Assert.Equal(UsiProtocol.G3Adp, frame.Protocol);
        var message = G3Message.Read(frame.Payload.ToArray(), out var fault);
        Assert.True(message is not null, $"{name}: {fault}");
        return message;
    }

    private static IEnumerable<(string Name, byte[] Octets)> Rows() => SharedVectors.Array("plc-frames.json")
        .Select(row => (Name: row.GetProperty("name").GetString()!, Octets: Convert.FromHexString(row.GetProperty("hex").GetString()!)))
        .Where(row => row.Name.StartsWith("g3.", StringComparison.Ordinal) && row.Octets[0] == 0x7E);
}
