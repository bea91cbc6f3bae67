namespace Unit.Plan;

/// <summary>Small files; no real clock on the pure floors; nothing unfinished.</summary>
public class FileTests
{
    private static readonly string[] Projects = ["src/Metering", "src/Protocols", "src/Drivers", "src/Concentrator", "tests/Simulation", "tests/Unit", "tests/Benchmarks", "tests/Fuzz", "tests/Requirements"];

    private static readonly string[] Clocks = ["DateTime.Now", "DateTime.UtcNow", "DateTime.Today", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "TimeProvider.System", "Stopwatch", "Environment.TickCount"];

    [Fact]
    public void No_file_has_more_than_400_lines_but_tables()
    {
        var long_ = Projects.SelectMany(Sources.In).Where(file => IsTooLong(file.Path, file.Text)).Select(file => file.Path);
        Assert.Empty(long_);
        Assert.True(IsTooLong("a.cs", new string('\n', 401)));
    }

    [Fact]
    public void The_median_file_of_each_product_project_and_of_the_simulation_has_under_100_lines()
    {
        foreach (var project in Projects[..5])
        {
            var lines = Sources.In(project).Select(file => Lines(file.Text)).Order().ToList();
            Assert.True(lines[lines.Count / 2] < 100, $"{project}: median {lines[lines.Count / 2]} lines");
        }
    }

    [Fact]
    public void Metering_and_Protocols_never_ask_the_real_clock()
    {
        var faults = Sources.In("src/Metering").Concat(Sources.In("src/Protocols")).Where(file => AsksClock(file.Text)).Select(file => file.Path);
        Assert.Empty(faults);
        Assert.True(AsksClock("var now = DateTime.UtcNow;"));
        Assert.False(AsksClock("// DateTime.UtcNow is banned"));
    }

    [Fact]
    public void The_legally_relevant_part_does_not_use_orders()
    {
        var faults = Sources.In("src/Protocols").Concat(Sources.In("src/Metering").Where(file => !file.Path.StartsWith("src/Metering/Orders/", StringComparison.Ordinal)))
            .Where(file => Sources.Usings(file.Text).Any(used => used.StartsWith("Metering.Orders", StringComparison.Ordinal)) || Sources.Code(file.Text).Contains("Orders.", StringComparison.Ordinal))
            .Select(file => file.Path);
        Assert.Empty(faults);
    }

    [Fact]
    public void Nothing_is_left_unfinished()
    {
        string[] marks = ["NotImplemented" + "Exception", "TO" + "DO", "FIX" + "ME"];
        var faults = Projects.SelectMany(Sources.In).Where(file => marks.Any(mark => file.Text.Contains(mark, StringComparison.Ordinal))).Select(file => file.Path);
        Assert.Empty(faults);
    }

    private static bool AsksClock(string text) => Clocks.Any(clock => Sources.Code(text).Contains(clock, StringComparison.Ordinal));

    private static bool IsTooLong(string path, string text) => Lines(text) > 400 && !path.EndsWith("Table.cs", StringComparison.Ordinal) && !path.EndsWith("Tables.cs", StringComparison.Ordinal);

    private static int Lines(string text) => text.Count(character => character == '\n');
}
