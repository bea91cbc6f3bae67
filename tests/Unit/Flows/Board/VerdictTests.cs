using Concentrator.Board;
using Concentrator.Ports;
using Metering;
using Metering.Driver;
using Metering.Ledger;

namespace Unit.Flows.Board;

/// <summary>One sentence says whether all is well, and the gravest trouble first.</summary>
public class VerdictTests
{
    private static readonly StorageView Sound = new(true, null, 1, 1, 1, 1, 1, 0, null);
    private static readonly BoxTime Now = new(new DateTime(2026, 11, 24, 8, 0, 0, DateTimeKind.Utc), TimeQuality.Synchronised, 1, 1);

    [Fact]
    public void All_is_well_names_the_meters() =>
        Assert.Equal((true, "All is well: 18 of 20 meters heard in the last 24 hours, everything delivered."), Verdict.Of(20, 2, 0, Sound, [Driver()], [Upstream()], Now));

    [Fact]
    public void The_gravest_trouble_is_said_first()
    {
        var broken = Sound with { Healthy = false, Sentence = "storage fault: no space; check the disk" };
        var deaf = Driver(LinkState.Lost, "the port is gone");
        var cut = Upstream(connected: false, backlog: 1234);
        Assert.Equal("Storage fault: no space; check the disk.", Sentence(broken, deaf, cut, withoutKey: 3));
        Assert.Equal("No meter can be heard by radio0: the port is gone.", Sentence(Sound, deaf, cut, withoutKey: 3));
        Assert.Equal("Head-end main is not reached (refused); 1,234 records wait here and none is lost.", Sentence(Sound, Driver(), cut, withoutKey: 3));
        Assert.StartsWith("3 of 20 meters cannot be decoded", Sentence(Sound, Driver(), Upstream(), withoutKey: 3), StringComparison.Ordinal);
        Assert.StartsWith("Head-end main refused 2 rows", Sentence(Sound, Driver(), Upstream(deadLetters: 2), withoutKey: 0), StringComparison.Ordinal);
        Assert.StartsWith("The box has no time yet", Verdict.Of(20, 0, 0, Sound, [Driver()], [Upstream()], new BoxTime(null, TimeQuality.Unset, 1, 1)).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_box_that_can_hear_nothing_is_not_well()
    {
        Assert.False(Verdict.Of(0, 0, 0, Sound, [], [Upstream()], Now).Well);
        Assert.Equal((true, "All is well so far; no meter has been heard yet."), Verdict.Of(0, 0, 0, Sound, [Driver()], [Upstream()], Now));
    }

    private static string Sentence(StorageView storage, DriverView driver, UpstreamView upstream, int withoutKey)
    {
        var (well, sentence) = Verdict.Of(20, 0, withoutKey, storage, [driver], [upstream], Now);
        Assert.False(well);
        return sentence;
    }

    private static DriverView Driver(LinkState state = LinkState.Listening, string sentence = "listening") =>
        new("radio0", "im871a", "/dev/ttyUSB0", state, sentence, null, new Dictionary<string, string>(), new Dictionary<string, long>());

    private static UpstreamView Upstream(bool connected = true, long backlog = 0, long deadLetters = 0) =>
        new("main", "mqtts://hes", connected, connected ? null : "refused", new Dictionary<RecordClass, long> { [RecordClass.Reading] = backlog }, 1, 0, deadLetters, null);
}
