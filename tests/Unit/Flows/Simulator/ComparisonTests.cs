using Simulation.Truth;

namespace Unit.Flows.Simulator;

/// <summary>The judge explains what it must and nothing else.</summary>
public class ComparisonTests
{
    private static readonly DateTime At = new(2026, 11, 25, 17, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData(4, TruthLine.AskedAgain, true)] // one question, two answers, one of them used
    [InlineData(4, null, false)] // two questions: the second answer is missing
    [InlineData(16, TruthLine.AskedAgain, false)]
    public void Of_two_answers_to_one_question_one_serves(int seconds, string? fate, bool explained)
    {
        var comparison = new Comparison(TimeSpan.Zero);
        comparison.AddTruth(Line(At, null).ToJson());
        comparison.AddTruth(Line(At.AddSeconds(seconds), fate).ToJson());
        comparison.AddDelivered($$"""{"key":"SIM1/reg/o:own-1/0","column":"3/1-0:1.8.0*255/2.0","rev":0,"value":"42","scaler":0,"unit":"Wh","receivedAt":"{{At.AddSeconds(1):O}}"}""");
        Assert.Equal(explained, comparison.Judge(TextWriter.Null));
    }

    [Fact]
    public void An_answer_that_was_asked_for_twice_and_never_used_is_missed()
    {
        var comparison = new Comparison(TimeSpan.Zero);
        comparison.AddTruth(Line(At, null).ToJson());
        comparison.AddTruth(Line(At.AddSeconds(2), TruthLine.AskedAgain).ToJson());
        Assert.False(comparison.Judge(TextWriter.Null));
        Assert.Equal(2, comparison.Unexplained.Count);
    }

    private static TruthLine Line(DateTime at, string? fate) =>
        new("SIM1", "reg", "1-0:1.8.0*255", 3, 2, 0, null, 0, "42", 0, "Wh", 0, $"SIM1/reg/answered:{at.Ticks}", "3/1-0:1.8.0*255/2.0", fate, at);
}
