using Concentrator.Settings;

namespace Unit.Flows.Settings;

/// <summary>Doors for head-ends that speak DLMS, in the configuration.</summary>
public class DoorSettingsTests
{
    private const string Head = "id = \"dc-0001\"\n[upstream.scada]\nurl = \"dlms://0.0.0.0:4059\"\n", Allow = "allow = [\"192.0.2.0/24\"]\n", Lock = "association = { mechanism = \"hls-gmac\", suite = 1 }\n";

    [Fact]
    public void The_contracts_door_is_understood()
    {
        var loaded = Load(Head + Allow + Lock + "passThrough = [\"LGZ*\", \"SIM0000000000007\"]\nconnections = 8\nperClient = 2\nidle = \"90s\"");
        Assert.Empty(loaded.Faults);
        var door = loaded.Settings!.Upstreams[0].Door!;
        Assert.Equal(("0.0.0.0:4059", "192.0.2.0/24", 8, 2, 90.0, "hls-gmac", 1), (door.Listen.ToString(), door.Allow[0].ToString(), door.Connections, door.PerClient, door.IdleAfter.TotalSeconds, door.Mechanism, door.Suite));
        Assert.Equal(["LGZ*", "SIM0000000000007"], door.PassThrough);
    }

    [Fact]
    public void Nobody_passes_through_unless_it_is_said() => Assert.Empty(Load(Head + Allow + Lock).Settings!.Upstreams[0].Door!.PassThrough);

    [Fact]
    public void A_head_end_that_the_box_goes_to_is_no_door() => Assert.Null(Load("id = \"a\"\n[upstream.main]\nurl = \"mqtt://localhost\"").Settings!.Upstreams[0].Door);

    [Theory]
    [InlineData(Lock, "says nobody who may come")]
    [InlineData(Lock + "allow = []\n", "says nobody who may come")]
    [InlineData(Allow, "a door without a lock")]
    [InlineData(Allow + "association = { mechanism = \"none\" }\n", "a door without a lock")]
    [InlineData(Allow + "association = { suite = 1 }\n", "a door without a lock")]
    [InlineData(Allow + "association = { mechanism = \"hls-md5\" }\n", "is not possible in this version")]
    [InlineData(Allow + "association = { mechanism = \"hls-gmac\", suite = 3 }\n", "not in 0..2")]
    [InlineData(Allow + "association = { mechanism = \"lls\" }\npassThrough = [\"*\"]", "wants mechanism = \"hls-gmac\"")]
    [InlineData(Allow + Lock + "passThrough = [\"lgz\"]", "wants a meter's id")]
    [InlineData(Lock + "allow = [\"192.0.2.0/33\"]", "wants a network such as")]
    [InlineData(Lock + "allow = [\"hes.example\"]", "wants a network such as")]
    [InlineData(Allow + Lock + "acknowledge = \"broker\"", "acknowledge serves nothing")]
    [InlineData(Allow + Lock + "topic = \"x\"", "topic serves nothing")]
    public void A_door_that_is_open_to_everybody_or_wrong_is_refused(string lines, string sentence) =>
        Assert.Contains(Load(Head + lines).Faults, fault => fault.Sentence.Contains(sentence, StringComparison.Ordinal));

    [Fact]
    public void An_address_that_is_a_name_and_settings_of_doors_elsewhere_are_refused()
    {
        Assert.Contains(Load("id = \"a\"\n[upstream.scada]\nurl = \"dlms://hes.example:4059\"\n" + Allow + Lock).Faults, fault => fault.Sentence.Contains("wants an address of this box", StringComparison.Ordinal));
        Assert.Contains(Load("id = \"a\"\n[upstream.main]\nurl = \"mqtt://localhost\"\n" + Allow).Faults, fault => fault.Sentence.Contains("allow serves nothing", StringComparison.Ordinal));
    }

    private static SettingsOutcome Load(string text) => SettingsTests.Load(Directory.CreateTempSubdirectory("settings").FullName, text);
}
