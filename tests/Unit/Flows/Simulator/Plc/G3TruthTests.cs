using Simulation.Dlms;
using Simulation.Dlms.Equipment;
using Simulation.Truth;

namespace Unit.Flows.Simulator.Plc;

/// <summary>What a meter on a line that loses answers is said to have told: what reached the host whole, and the fate of the rest.</summary>
public sealed class G3TruthTests : IDisposable
{
    private static readonly byte[] Associate = Convert.FromHexString("601DA109060760857405080101BE10040E01000000065F1F040000FE1FFFFF");
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"truth-{Guid.NewGuid():N}.jsonl");
    private readonly DlmsMeter _meter;
    private readonly MeterTruth _truth;
    private readonly HeldTruth _held;
    private DateTime _now = new(2026, 11, 24, 10, 0, 0, DateTimeKind.Utc);

    public G3TruthTests()
    {
        _meter = new DlmsMeter(new DlmsMeterPlan(7, 3, Mechanism: 0, IsCiphered: false, LongestPdu: 300) { HistoryDays = 1 }, () => _now);
        _truth = new MeterTruth(() => _now);
        _held = _truth.Hold(_meter);
        Assert.NotNull(_meter.Answer(1, Associate));
    }

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_profile_is_told_when_its_last_block_has_arrived_and_once()
    {
        var told = new List<int>();
        Blocks(() =>
        {
            _held.Delivered();
            told.Add(Lines().Count);
        });
        Assert.True(told.Count > 3);
        Assert.All(told.SkipLast(1), count => Assert.Equal(0, count));
        Assert.Equal(97 * 4, Lines().Count(line => line.Fate is null));
        Blocks(_held.Delivered);
        Assert.Equal(97 * 4, Lines().Count);
    }

    [Fact]
    public void A_profile_that_was_not_asked_to_its_end_has_not_arrived_until_it_is_asked_again()
    {
        _meter.Answer(1, Convert.FromHexString("C001C100070100630100FF0200"));
        _held.Delivered();
        Register(_held.Delivered); // something else: whoever asked has given up
        Assert.Equal(["reg"], Lines().Select(line => line.Profile));
        _now = _now.AddMinutes(1);
        Blocks(_held.Delivered);
        Assert.Equal(97 * 4, Lines().Count(line => line is { Profile: not "reg", Fate: null }));
        _held.Close(null);
        Assert.Equal((97 * 4) + 1, Lines().Count);
    }

    [Fact]
    public void A_lost_answer_is_told_at_once_for_a_register_and_at_the_end_for_a_profile()
    {
        Register(() => _held.Lost("lost: power line"));
        Blocks(() => _held.Lost("absent"));
        Assert.Equal(["lost: power line"], Lines().Select(line => line.Fate));
        _held.Close("absent");
        Assert.Equal((97 * 4) + 1, Lines().Count);
        Assert.All(Lines().Skip(1), line => Assert.Equal("absent", line.Fate));
    }

    [Fact]
    public void Rows_that_were_stored_and_never_asked_for_are_told_at_the_end()
    {
        _now = _now.AddHours(1);
        _meter.Advance();
        Assert.Empty(Lines());
        _held.Close("absent");
        var lines = Lines();
        Assert.Equal(4 * 4, lines.Count(line => line.Profile == _meter.Part<LoadProfiles>()!.Load.Name.ToString()));
        Assert.All(lines, line => Assert.Equal("absent", line.Fate));
    }

    [Fact]
    public void A_meter_that_answers_rubbish_has_told_nothing()
    {
        var meter = new DlmsMeter(new DlmsMeterPlan(8, 3, Mechanism: 0, IsCiphered: false) { HistoryDays = 1, Faults = MeterFault.Garbage }, () => _now);
        var held = _truth.Hold(meter);
        meter.Answer(1, Associate);
        meter.Answer(1, Convert.FromHexString("C001C100070100630100FF0200"));
        held.Delivered();
        Assert.Empty(Lines());
        held.Close(null);
        Assert.All(Lines(), line => Assert.Equal("garbled", line.Fate));
        Assert.Equal(97 * 4, Lines().Count);
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(13, "late")]
    public void An_answer_that_took_too_long_may_come_to_nobody(int seconds, string? fate)
    {
        _meter.Answer(1, Convert.FromHexString("C001C100030100010800FF0200"));
        _now = _now.AddSeconds(seconds);
        _held.Delivered();
        Assert.Equal(fate, Lines().Single().Fate);
    }

    [Fact]
    public void Two_answers_to_one_question_are_told_as_such()
    {
        Register(_held.Delivered);
        _now = _now.AddSeconds(4);
        Register(_held.Delivered);
        Assert.Equal([null, TruthLine.AskedAgain], Lines().Select(line => line.Fate));
    }

    private void Register(Action then)
    {
        Assert.NotNull(_meter.Answer(1, Convert.FromHexString("C001C100030100010800FF0200")));
        then();
    }

    /// <summary>The load profile, block by block.</summary>
    private void Blocks(Action then)
    {
        var answer = _meter.Answer(1, Convert.FromHexString("C001C100070100630100FF0200"))!;
        while (answer is [0xC4, 0x02, _, 0x00, ..])
        {
            then();
            answer = _meter.Answer(1, (byte[])[0xC0, 0x02, 0xC1, .. answer.AsSpan(4, 4)])!;
        }

        then();
    }

    private List<TruthLine> Lines()
    {
        using (var file = new TruthFile(_path + ".new"))
        {
            _truth.Tell(file);
        }

        File.AppendAllText(_path, File.ReadAllText(_path + ".new"));
        File.Delete(_path + ".new");
        return [.. File.ReadLines(_path).Select(line => System.Text.Json.JsonSerializer.Deserialize(line, TruthJson.Default.TruthLine)!)];
    }
}
