namespace Requirements;

/// <summary>What a run says of a row.</summary>
/// <param name="Tests">The tests that are marked with it.</param>
/// <param name="Word"><c>pass</c>, <c>in part</c>, <c>fail</c>, <c>not run</c> or <c>not yet</c>.</param>
internal sealed record Judgement(Row Row, IReadOnlyList<(string Test, TestOutcome Outcome)> Tests, string Word)
{
    internal const string Pass = "pass", InPart = "in part", Fail = "fail", NotRun = "not run", NotYet = "not yet";

    /// <param name="isPart">Only part of the tests was run: a row without any may have some.</param>
    internal static IReadOnlyList<Judgement> Of(TestReport report, bool isPart) => [.. RequirementTable.Rows.Select(row => Of(row, report.Of(row.Id), isPart))];

    private static Judgement Of(Row row, IReadOnlyList<(string Test, TestOutcome Outcome)> tests, bool isPart) => new(row, tests,
        tests.Count == 0 ? isPart ? NotRun : NotYet
        : tests.Any(test => test.Outcome == TestOutcome.Failed) ? Fail
        : tests.Any(test => test.Outcome == TestOutcome.Skipped) ? NotRun // whoever left one out has not shown the row
        : row.Missing is null && !isPart ? Pass : InPart);
}
