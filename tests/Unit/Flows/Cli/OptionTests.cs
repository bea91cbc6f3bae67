using System.Text.RegularExpressions;
using Concentrator.Cli;

namespace Unit.Flows.Cli;

/// <summary>What the help of a verb promises can be typed.</summary>
public sealed partial class OptionTests
{
    [Fact]
    public void Every_option_that_a_usage_or_an_example_shows_is_known()
    {
        var wrong = CommandLine.Commands.SelectMany(command => command.Examples.Append(command.Usage)
            .SelectMany(text => Option().Matches(text)).Select(option => Arguments.Parse([.. command.Name.Split(' '), option.Value, "1"]).Error)).OfType<string>().Distinct();
        Assert.Empty(wrong);
    }

    [GeneratedRegex("(?<= |\\[)--[a-z][a-z-]*")]
    private static partial Regex Option();
}
