using Concentrator.Composition;
using Concentrator.Settings;
using Drivers.Dlms.Push;

namespace Unit.Flows.Settings;

/// <summary>Ports that only listen, in the configuration.</summary>
public class PushSettingsTests
{
    private const string Head = "id = \"a\"\n[[driver]]\nname = \"push\"\nfamily = \"dlms\"\n";

    [Theory]
    [InlineData("listen = \"tcp://0.0.0.0:4061\"", PushFraming.Found, false)]
    [InlineData("listen = \"udp://127.0.0.1:4061\"\nframing = \"wrapper\"", PushFraming.Wrapper, false)]
    [InlineData("port = \"/dev/ttyUSB0\"\nframing = \"push\"\nbaud = 2400", PushFraming.Found, true)]
    [InlineData("port = \"/dev/ttyUSB0\"\nframing = \"p1\"\noffset = 60", PushFraming.P1, true)]
    [InlineData("port = \"tcp://192.0.2.7:2001\"\nframing = \"push-mbus\"", PushFraming.MBus, true)]
    public void A_port_that_listens_is_understood(string lines, PushFraming framing, bool repeats)
    {
        var loaded = Load(Head + lines);
        Assert.Empty(loaded.Faults);
        var options = PushPortSettings.Of(loaded.Settings!.Drivers[0], new byte[8])!;
        Assert.Equal((framing, repeats), (options.Framing, options.Push.Repeats));
    }

    [Fact]
    public void A_driver_that_asks_does_not_listen() => Assert.Null(PushPortSettings.Of(Load(Head + "port = \"/dev/ttyUSB0\"\nframing = \"hdlc\"").Settings!.Drivers[0], new byte[8]));

    [Fact]
    public void Push_objects_and_offset_reach_the_driver()
    {
        var options = PushPortSettings.Of(Load(Head + "listen = \"tcp://0.0.0.0:4061\"\noffset = -300\npush-objects = [\"40/0-0:25.9.0*255/1\", \"3/1-0:1.8.0*255/2\"]").Settings!.Drivers[0], new byte[8])!;
        Assert.Equal((short?)-300, options.Push.OffsetMinutes);
        Assert.Equal([(40, 1), (3, 2)], options.Push.Objects!.Select(one => ((int)one.ClassId, (int)one.Attribute)));
    }

    [Theory]
    [InlineData("listen = \"tcp://0.0.0.0\"", "wants tcp://address:port")]
    [InlineData("listen = \"http://0.0.0.0:80\"", "wants tcp://address:port")]
    [InlineData("listen = \"tcp://meter.example:4061\"", "wants tcp://address:port")]
    [InlineData("listen = \"tcp://0.0.0.0:4061\"\nport = \"/dev/ttyUSB0\"", "exclude each other")]
    [InlineData("listen = \"tcp://0.0.0.0:4061\"\nmeter = \"LGZ1030655933512\"", "many meters may push there")]
    [InlineData("port = \"/dev/ttyUSB0\"\nframing = \"push\"\npush-objects = [\"1-0:1.8.0\"]", "wants class/OBIS/attribute")]
    [InlineData("framing = \"push\"", "port is missing")]
    public void What_does_not_fit_is_told(string lines, string sentence) => Assert.Contains(Load(Head + lines).Faults, fault => fault.Sentence.Contains(sentence, StringComparison.Ordinal));

    private static SettingsOutcome Load(string text) => SettingsTests.Load(Directory.CreateTempSubdirectory("settings").FullName, text);
}
