using Concentrator.Cli.Scan;
using Microsoft.Extensions.Time.Testing;
using Protocols.Usi;
using Substation;

namespace Unit.Flows.Cli;

/// <summary>What is known of serial ports, on a file system made for it; and what a modem says when it is asked.</summary>
public sealed class ScanTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("scan").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public void A_port_is_told_with_its_USB_device_its_other_names_its_driver_and_who_has_it_open()
    {
        Write("sys/devices/usb1/1-1/idVendor", "0403");
        Write("sys/devices/usb1/1-1/idProduct", "6001");
        Write("sys/devices/usb1/1-1/manufacturer", "FTDI");
        Write("sys/devices/usb1/1-1/product", "FT232R USB UART");
        Write("sys/devices/usb1/1-1/serial", "A50285BI");
        Directory.CreateDirectory(Path.Combine(_root, "sys/devices/usb1/1-1/1-1:1.0/ttyUSB0"));
        Link("sys/class/tty/ttyUSB0/device", Path.Combine(_root, "sys/devices/usb1/1-1/1-1:1.0/ttyUSB0"));
        Write("dev/ttyUSB0", "");
        Write("dev/ttyUSB1", "");
        Link("dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0", "../../ttyUSB0");
        Write("dev/ttyS0", ""); // no hardware behind it
        Write("dev/tty1", "");
        Write("proc/4711/comm", "concentrator\n");
        Link("proc/4711/fd/3", "/dev/ttyUSB0");
        Write("proc/self/comm", "no number");
        var ports = SerialPorts.Of(_root, new Dictionary<string, string> { ["/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0"] = "plc0" });
        Assert.Equal(["/dev/ttyUSB0", "/dev/ttyUSB1"], ports.Select(port => port.Path));
        var first = ports[0];
        Assert.Equal(("FTDI FT232R USB UART", "0403:6001", "A50285BI", "plc0", "concentrator (4711)"), (first.What, first.Usb, first.Serial, first.Driver, first.HeldBy));
        Assert.Equal(["/dev/serial/by-id/usb-FTDI_FT232R_A50285BI-if00-port0"], first.Names);
        Assert.Equal((null, null, "UART of the board"), (ports[1].Driver, ports[1].HeldBy, ports[1].What));
    }

    [Fact]
    public void A_machine_without_any_has_none() => Assert.Empty(SerialPorts.Of(_root, new Dictionary<string, string>()));

    [Theory]
    [InlineData(UsiProtocol.Prime, "2E000075043133363400", "PRIME base node, version 1364")]
    [InlineData(UsiProtocol.Prime, "2E00007502FF01", "PRIME base node, version FF01")]
    [InlineData(UsiProtocol.G3Adp, "28000000001C000006010203040506", "G3 modem, version 010203040506")]
    [InlineData(UsiProtocol.G3Adp, "000112", "G3 modem, not initialised yet")]
    [InlineData(UsiProtocol.Rf215Phy, "00", "a USI modem, protocol 28")]
    public async Task A_modem_that_answers_is_named(UsiProtocol protocol, string payload, string sentence)
    {
        var link = new PipeLink();
        await link.Modem.WriteAsync(new byte[] { 0x00, 0x7E, 0x12, 0x34 }, CancellationToken.None); // noise before
        await link.Modem.WriteAsync(new UsiFrame(protocol, Convert.FromHexString(payload)).ToOctets(), CancellationToken.None);
        var asking = UsiProbe.AskAsync(link, _clock, CancellationToken.None);
        Assert.True(await _clock.AdvanceUntilAsync(() => asking.IsCompleted, TimeSpan.FromMilliseconds(500)));
        Assert.Equal(sentence, await asking);
        var asked = (await link.FromDriver.ReadAsync(CancellationToken.None)).Buffer;
        var framer = new UsiFramer();
        Assert.Equal(Protocols.Framing.FrameRead.Got, framer.Read(ref asked, out var first, out _));
        Assert.Equal((UsiProtocol.Prime, "2D0075"), (first.Protocol, Convert.ToHexString(first.Payload.Span)));
        Assert.Equal(Protocols.Framing.FrameRead.Got, framer.Read(ref asked, out var second, out _));
        Assert.Equal((UsiProtocol.G3Adp, "120000001C0000"), (second.Protocol, Convert.ToHexString(second.Payload.Span)));
    }

    [Fact]
    public async Task Silence_and_noise_are_told_apart()
    {
        var link = new PipeLink();
        var asking = UsiProbe.AskAsync(link, _clock, CancellationToken.None);
        Assert.True(await _clock.AdvanceUntilAsync(() => asking.IsCompleted, TimeSpan.FromMilliseconds(500)));
        Assert.StartsWith("silent for 2 s", await asking, StringComparison.Ordinal);
        link = new PipeLink();
        await link.Modem.WriteAsync("hello"u8.ToArray(), CancellationToken.None);
        asking = UsiProbe.AskAsync(link, _clock, CancellationToken.None);
        Assert.True(await _clock.AdvanceUntilAsync(() => asking.IsCompleted, TimeSpan.FromMilliseconds(500)));
        Assert.Equal("5 octets came, and none of them is a USI frame", await asking);
    }

    [Fact]
    public async Task A_port_that_is_not_there_says_so() =>
        Assert.Contains("is not there", await UsiProbe.AskAsync(Path.Combine(_root, "dev/ttyUSB9"), _clock, CancellationToken.None), StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write(string path, string text)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    private void Link(string path, string target)
    {
        var full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.CreateSymbolicLink(full, target);
    }
}
