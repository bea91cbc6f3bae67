using System.Net;
using Concentrator.Settings;

namespace Unit.Flows.Settings;

/// <summary>The consumers' side and the box's profile, as the configuration says them.</summary>
public sealed class HomeSettingsTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("home").FullName;

    public HomeSettingsTests()
    {
        Write("good", new string('a', 48));
        Write("short", "abc");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_consumer_has_meters_a_token_a_display_and_a_refresh()
    {
        var home = Load($"[home]\nlisten = \"127.0.0.1:8443\"\n[[home.consumer]]\nname = \"flat-a\"\nmeters = [\"SIM0000000000001\"]\ntoken = \"{_directory}/good\"\ndisplay = \"/dev/ttyUSB3\"\nrefresh = \"15s\"").Settings!.Home!;
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8443), home.Listen);
        var one = Assert.Single(home.Consumers);
        Assert.Equal(("flat-a", "SIM0000000000001", TimeSpan.FromSeconds(15), "/dev/ttyUSB3"), (one.Name, one.Meters[0].Text, one.Refresh, one.Display));
        Assert.Null(Load("").Settings!.Home);
    }

    [Theory]
    [InlineData("[home]\nlisten = \"0.0.0.0:8443\"", "wants certificate and key")]
    [InlineData("[home]\nlisten = \"8443\"", "listen = \"8443\" wants address:port")]
    [InlineData("[home]\nlisten = \"127.0.0.1:8443\"\n[[home.consumer]]\nname = \"a\"\nmeters = [\"sim\"]\ntoken = \"{0}/good\"", "\"sim\" is no meter id")]
    [InlineData("[home]\nlisten = \"127.0.0.1:8443\"\n[[home.consumer]]\nname = \"a\"\nmeters = [\"SIM0000000000001\"]\ntoken = \"{0}/short\"", "fewer than 24 characters")]
    [InlineData("[home]\nlisten = \"127.0.0.1:8443\"\n[[home.consumer]]\nname = \"a\"\nmeters = [\"SIM0000000000001\"]", "a consumer has meters, and a token or a display")]
    [InlineData("[home]\n[[home.consumer]]\nname = \"a\"\nmeters = [\"SIM0000000000001\"]\ntoken = \"{0}/good\"", "and nothing listens")]
    [InlineData("[home]\n[[home.consumer]]\nname = \"a\"\nmeters = [\"SIM0000000000001\"]\ndisplay = \"ttyUSB3\"", "wants a device path")]
    [InlineData("[home]\n[[home.consumer]]\nname = \"a\"\nmeters = [\"SIM0000000000001\"]\ndisplay = \"/dev/ttyUSB3\"\nrefresh = \"1s\"", "is not in 5s..1h")]
    [InlineData("profile = \"lnap\"\n[[driver]]\nname = \"plc0\"\nfamily = \"prime\"\nport = \"/dev/ttyUSB1\"", "a box of profile lnap stands in one building")]
    [InlineData("profile = \"lnap\"\n[[driver]]\nname = \"plc0\"\nfamily = \"g3\"\nport = \"/dev/ttyUSB1\"", "a box of profile lnap stands in one building")]
    public void What_does_not_fit_is_said(string text, string sentence) =>
        Assert.Contains(Load(text.Replace("{0}", _directory, StringComparison.Ordinal)).Faults, fault => fault.ToString().Contains(sentence, StringComparison.Ordinal));

    [Requirement("E8")]
    [Theory]
    [InlineData("nnap")]
    [InlineData("both")]
    public void The_same_package_is_a_neighbourhoods_box_with_a_power_line_or_both(string profile) =>
        Assert.Equal(profile, Load($"profile = \"{profile}\"\n[[driver]]\nname = \"plc0\"\nfamily = \"prime\"\nport = \"/dev/ttyUSB1\"").Settings!.Profile);

    private void Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_directory, name), text);
        File.SetUnixFileMode(Path.Combine(_directory, name), UnixFileMode.UserRead);
    }

    private SettingsOutcome Load(string text) => SettingsTests.Load(_directory, "id = \"a\"\n" + text);
}
