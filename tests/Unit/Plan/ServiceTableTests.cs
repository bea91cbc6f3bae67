using System.Reflection;
using System.Text.RegularExpressions;

namespace Unit.Plan;

/// <summary>docs/dlms.md says which test proves which service, class, mechanism and suite: every one it names is there.</summary>
public partial class ServiceTableTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Sources.Root, "docs", "dlms.md"));

    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        var tests = typeof(ServiceTableTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(IsTest).Select(method => $"{type.Name}.{method.Name}")).ToHashSet();
        var named = Lines.Where(line => line.StartsWith('|')).SelectMany(line => TestName().Matches(line)).Select(match => match.Groups[1].Value).ToList();
        Assert.True(named.Count > 90, $"{named.Count} tests are named");
        Assert.Empty(named.Where(name => !tests.Contains(name)).Distinct());
    }

    [Fact]
    public void A_cell_holds_a_test_or_says_what_is_missing()
    {
        var bad = new List<string>();
        foreach (var line in Lines.Where(line => line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal)))
        {
            var cells = line.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            bad.AddRange(cells[1..].Where(cell => cell is not ("client" or "server") && !TestName().IsMatch(cell) && !cell.StartsWith("not ", StringComparison.Ordinal)).Select(cell => $"{cells[0]}: {cell}"));
        }

        Assert.Empty(bad);
    }

    private static bool IsTest(MethodInfo method) => method.GetCustomAttributes().Any(attribute => attribute is Xunit.FactAttribute);

    [GeneratedRegex("`([A-Za-z0-9]+Tests\\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();
}
