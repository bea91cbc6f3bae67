using Protocols.Dlms.Wrapper;

namespace Unit.Vectors.Dlms;

/// <summary>Control messages of the PRIME DC wrapper against other people's frames.</summary>
public class PrimeDcTests
{
    [Fact]
    public void Other_peoples_messages_are_read_and_written_again_as_they_were()
    {
        var read = new Dictionary<string, DcMessage>();
        foreach (var row in SharedVectors.Array("plc-frames.json").Where(row => row.GetProperty("name").GetString()!.StartsWith("primedc.", StringComparison.Ordinal)))
        {
            var octets = Convert.FromHexString(row.GetProperty("hex").GetString()!);
            var name = row.GetProperty("name").GetString()!;
            if (name.StartsWith("primedc.dlms.", StringComparison.Ordinal))
            {
                continue; // data, not control
            }

            var message = DcMessage.Read(octets.AsMemory(WrapperFrame.HeaderSize));
            Assert.NotNull(message);
            read[name[8..]] = message;
            var isOurs = message is DcMessage.NewDevice or DcMessage.RemoveDevice;
            var frame = new WrapperFrame(isOurs ? DcMessage.Base : DcMessage.HeadEnd, isOurs ? DcMessage.HeadEnd : DcMessage.Base, message.ToOctets());
            Assert.Equal(Convert.ToHexString(octets), Convert.ToHexString(frame.ToOctets()));
        }

        Assert.Equal(6, read.Count);
        var device = Assert.IsType<DcMessage.NewDevice>(read["new.device"]);
        Assert.Equal((0x0123, 1, "ZIV0012345678", "404022010203"), (device.Device, device.Capabilities, device.DlmsId, Convert.ToHexString(device.Eui48.Span)));
        Assert.Equal(new DcMessage.RemoveDevice(0x0123), read["remove.device"]);
        Assert.IsType<DcMessage.StartReporting>(read["start.reporting"]);
        Assert.Equal(new DcMessage.DeleteMeter(0x0123), read["delete.meter"]);
        Assert.Equal(new DcMessage.EnableAutoClose(0x0123), read["enable.autoclose"]);
        Assert.Equal(new DcMessage.DisableAutoClose(0x0123), read["disable.autoclose"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0300")]
    [InlineData("04")]
    [InlineData("0401")]
    [InlineData("07")]
    [InlineData("0101230001FF5A")]
    [InlineData("01012300010D5A4956303031323334353637384040220102")]
    public void What_is_none_is_not_read(string hex) => Assert.Null(DcMessage.Read(Convert.FromHexString(hex)));
}
