using Drivers.Dlms;
using Metering;
using Protocols.Dlms.Model;

namespace Unit.Vectors.Dlms.Model;

/// <summary>The meter profiles that come with the box: which log is which depends on the project, and stands in its file.</summary>
public class MeterProfileTests
{
    [Theory]
    [InlineData("idis", "power-quality-log", 4)]
    [InlineData("idis", "communication-log", 5)]
    [InlineData("idis", "communication-details-log", 6)]
    [InlineData("idis", "security-log", 7)]
    [InlineData("dsmr", "communication-log", 4)]
    [InlineData("dsmr", "power-quality-log", 5)]
    [InlineData("dsmr", "auxiliary-log", 6)]
    [InlineData("prime", "contract-log", 3)]
    [InlineData("prime", "firmware-log", 4)]
    [InlineData("prime", "power-quality-log", 5)]
    [InlineData("prime", "demand-log", 6)]
    public void A_log_has_the_number_of_its_project(string profile, string log, byte number) => Assert.Equal(new Obis(0, 0, 99, 98, number, 255), MeterProfiles.Find(profile).Find(log)!.Name);

    [Fact]
    public void The_plain_profile_names_no_log_and_no_profile() => Assert.Empty(MeterProfiles.Find("plain").Profiles);

    [Theory]
    [InlineData("idis", 105, "M-Bus channel 1: new device installed")]
    [InlineData("dsmr", 134, "M-Bus channel 4: clock adjusted")]
    [InlineData("idis", 173, "M-Bus channel 2: remote connection")]
    public void Events_of_the_channels_have_words(string profile, int number, string words) => Assert.Equal(words, MeterProfiles.Find(profile).EventText(number));

    [Fact]
    public void Channels_have_the_objects_of_their_number()
    {
        var channels = MeterProfiles.Find("dsmr").Channels;
        Assert.Equal(4, channels.Count);
        Assert.Equal("0-3:24.3.1*255", channels.Find("mbus-daily-profile")!.Name.At(3).ToString());
        Assert.Equal("mbus-hourly-profile", channels.Find(ChannelDefinitions.AnyProfile)!.Task);
        Assert.Equal("0-2:24.4.0*255", channels.Valve!.Value.At(2).ToString());
        Assert.True(channels.Client.Fits(Obis.Parse("0-4:24.1.0*255")));
        Assert.False(channels.Client.Fits(Obis.Parse("0-4:24.2.0*255")));
        Assert.Empty(MeterProfiles.Find("prime").Channels.Tasks);
    }

    [Theory]
    [InlineData("idis", "0-0:96.3.10*255", "0-0:17.0.0*255", "0-0:13.0.0*255", "0-0:15.0.2*255", "display")]
    [InlineData("dsmr", "0-0:96.3.10*255", "0-0:17.0.0*255", "0-0:13.0.0*255", "0-0:15.0.2*255", "display code")]
    [InlineData("prime", "0-0:96.3.10*255", "", "", "", "")]
    [InlineData("plain", "", "", "", "", "")]
    public void What_orders_act_on_stands_in_the_profile_and_is_no_default(string profile, string breaker, string limiter, string calendar, string activation, string messages)
    {
        static string Text(Obis name) => name.IsNone ? "" : name.ToString();
        var controls = MeterProfiles.Find(profile).Controls;
        Assert.Equal((breaker, limiter, calendar, activation), (Text(controls.Breaker), Text(controls.Limiter), Text(controls.Calendar), Text(controls.ImageActivation)));
        Assert.Equal(messages, string.Join(' ', controls.Messages));
        Assert.True(controls.TokenGateway.IsNone, "prepayment is a project's own");
    }

    [Theory]
    [InlineData("channels many")]
    [InlineData("channels 17")]
    [InlineData("channel-profile hourly 0-1:24.3.0 end")]
    [InlineData("channel-profile hourly 0-n:24.3.0 sometimes")]
    [InlineData("channel-value 0-n")]
    [InlineData("channel-number hex")]
    [InlineData("breaker main")]
    [InlineData("breaker 0-0:96.3.10*255 0")]
    [InlineData("breaker 0-0:96.3.10*255 15 s")]
    [InlineData("calendar 0-0:13.0.0*255")]
    [InlineData("message display 0-0:96.13.0*255 0")]
    [InlineData("token here")]
    [InlineData("load-switch 1 control here")]
    [InlineData("load-switch 1 script 0-0:10.0.103*255 1 2")] // nothing would show what came of it
    [InlineData("load-switch 1 script 0-0:10.0.103*255 1 1 0-1:96.3.10*255")]
    [InlineData("load-switch 1 arbitrator 0-0:96.3.20*255 3 0 32 0-1:96.3.10*255")]
    [InlineData("pre-established 0")]
    public void A_wrong_line_is_named(string line)
    {
        Assert.Null(MeterProfile.Parse("name x\n" + line, out var fault));
        Assert.Contains("line 2", fault, StringComparison.Ordinal);
        Assert.Contains(line, fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0612345678", "121E78", "1101", "1103", false, "GSX-12345678-01-03")]
    [InlineData("0600BC614E", "121E78", "1101", "1103", true, "GSX-12345678-01-03")]
    [InlineData("0600000000", "120000", "1100", "1100", false, null)]
    public void A_device_has_the_identity_of_its_M_Bus_header(string number, string maker, string version, string type, bool binary, string? id)
    {
        ReadOnlyMemory<byte>[] attributes = [Convert.FromHexString(number), Convert.FromHexString(maker), Convert.FromHexString(version), Convert.FromHexString(type)];
        Assert.True(ChannelDevice.TryRead(attributes, binary, out var device));
        Assert.Equal(id is null, device.IsNone);
        Assert.True(id is null || device.Id.Text == id, device.Id.Text);
    }

    [Theory]
    [InlineData("0912345678")]
    [InlineData("0F80")]
    [InlineData("")]
    public void A_number_that_is_none_identifies_nobody(string number) =>
        Assert.False(ChannelDevice.TryRead([Convert.FromHexString(number), Convert.FromHexString("121E78"), Convert.FromHexString("1101"), Convert.FromHexString("1103")], false, out _));
}
