using Concentrator.Composition;
using Concentrator.Settings;
using Drivers.Dlms;
using Protocols.Dlms.Security;

namespace Unit.Flows.Settings;

/// <summary>A DLMS driver and its tasks in the configuration.</summary>
public class DlmsSettingsTests
{
    private const string Feeder = "id = \"a\"\n[[driver]]\nname = \"feeder\"\nfamily = \"dlms\"\nport = \"tcp://192.0.2.7:4059\"\n";

    [Fact]
    public void The_contracts_feeder_is_understood()
    {
        var driver = Load(Feeder + "framing = \"wrapper\"\nassociation = { client = 1, server = 1, mechanism = \"hls-gmac\", suite = 0 }").Settings!.Drivers[0];
        var options = DlmsDriverOptions.Of(driver, new byte[8]);
        Assert.Equal(("feeder", "plain", true), (options.Name, options.Profile.Name, options.Association.IsCiphered));
        Assert.Equal((1, 1, AuthenticationMechanism.Gmac), (options.Association.Client, options.Association.Server, options.Association.Mechanism));
    }

    [Theory]
    [InlineData("framing = \"smoke\"", "framing = \"smoke\" is not possible")]
    [InlineData("profile = \"mine\"", "profile = \"mine\" is not possible")]
    [InlineData("association = { mechanism = \"hls-gmac\", ciphered = false }", "set ciphered = true")]
    [InlineData("association = { client = 300 }", "client = 300 is not in 1..127")]
    [InlineData("association = { clint = 1 }", "did you mean \"client\"?")]
    [InlineData("gateway = { network = 1, address = \"3031323\" }", "wants 1 to 32 octets in hex")]
    [InlineData("gateway = { network = 1 }", "address is missing in this table")]
    [InlineData("gateway = { network = 256, address = \"30\" }", "network = 256 is not in 0..255")]
    [InlineData("framing = \"mode-e\"", "wants a device path (/dev/ttyUSB0)")]
    [InlineData("framing = \"mode-e\"\nsignOn = \"1 2\"", "up to 32 of A-Z, a-z and 0-9")]
    [InlineData("meter = \"a b\"", "4 to 40 of A-Z")]
    public void What_does_not_fit_is_told_with_its_place(string line, string sentence) =>
        Assert.Contains(Load(Feeder + line).Faults, fault => fault.Sentence.Contains(sentence, StringComparison.Ordinal));

    [Theory]
    [InlineData("none", false)]
    [InlineData("lls", false)]
    [InlineData("hls-sha256", false)]
    [InlineData("hls-gmac", true)]
    public void What_is_ciphered_follows_the_mechanism_where_it_is_not_said(string mechanism, bool ciphered)
    {
        var driver = Load($"{Feeder}association = {{ client = 16, mechanism = \"{mechanism}\" }}").Settings!.Drivers[0];
        Assert.Equal(ciphered, DlmsDriverOptions.Of(driver, new byte[8]).Association.IsCiphered);
    }

    [Fact]
    public void UDP_and_mode_E_are_understood()
    {
        var datagrams = Load("id = \"a\"\n[[driver]]\nname = \"f\"\nfamily = \"dlms\"\nport = \"udp://192.0.2.7:4059\"").Settings!.Drivers[0];
        Assert.Equal((DlmsFraming.Wrapper, (ushort)1200), (DlmsDriverOptions.Of(datagrams, new byte[8]).Framing, DlmsDriverOptions.Of(datagrams, new byte[8]).Association.LongestPdu));
        var optical = DlmsDriverOptions.Of(Load("id = \"a\"\n[[driver]]\nname = \"f\"\nfamily = \"dlms\"\nport = \"/dev/ttyUSB0\"\nframing = \"mode-e\"\nbaud = 4800\nsignOn = \"12345678\"").Settings!.Drivers[0], new byte[8]);
        Assert.Equal((DlmsFraming.ModeE, 4800, "12345678"), (optical.Framing, optical.Baud, optical.SignOnAddress));
        Assert.Contains(
            Load("id = \"a\"\n[[driver]]\nname = \"f\"\nfamily = \"dlms\"\nport = \"udp://192.0.2.7:4059\"\nframing = \"hdlc\"").Faults, fault => fault.Sentence.Contains("travels over UDP", StringComparison.Ordinal));
    }

    [Fact]
    public void Meters_behind_one_gateway_share_its_address_and_not_their_own()
    {
        const string Second = "\n[[driver]]\nname = \"second\"\nfamily = \"dlms\"\nport = \"tcp://192.0.2.7:4059\"\n";
        var both = Load(Feeder + "gateway = { network = 1, address = \"30313233\" }" + Second + "gateway = { network = 1, address = \"30313234\" }");
        Assert.Empty(both.Faults);
        var prefix = DlmsDriverOptions.Of(both.Settings!.Drivers[0], new byte[8]).Gateway!;
        Assert.Equal((1, "30313233"), (prefix.Network, Convert.ToHexString(prefix.Address.Span)));
        Assert.Contains(
            Load(Feeder + "gateway = { address = \"30AA\" }" + Second + "gateway = { address = \"30aa\" }").Faults, fault => fault.Sentence.Contains("a port has one driver", StringComparison.Ordinal));
    }

    [Fact]
    public void Tasks_have_a_period_a_start_and_a_due_time()
    {
        var tasks = Load("id = \"a\"\n[collection]\ntasks = [ { read = \"daily-profile\", every = \"1d\", start = \"00:05\", due = \"12:00\" }, { read = \"registers\", every = \"15m\" } ]").Settings!.Tasks;
        Assert.Equal([new("daily-profile", TimeSpan.FromDays(1), TimeSpan.FromMinutes(5), TimeSpan.FromHours(12)), new("registers", TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(5), null)], tasks);
        Assert.Contains(
            Load("id = \"a\"\n[collection]\ntasks = [ { read = \"registers\", start = \"25:00\" } ]").Faults, fault => fault.Sentence.Contains("wants a time of day", StringComparison.Ordinal));
    }

    private static SettingsOutcome Load(string text) => SettingsTests.Load(Directory.CreateTempSubdirectory("settings").FullName, text);
}
