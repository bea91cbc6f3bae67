using System.Reflection;

namespace Unit.Plan;

/// <summary>The tower: Concentrator, Drivers, Protocols, Metering; every arrow points down.</summary>
public class ReferenceTests
{
    private static readonly string[] Ours = ["concentrator", "concentrator-sim", "Drivers", "Protocols", "Metering"];

    [Theory]
    [InlineData("Metering")]
    [InlineData("Protocols", "Metering")]
    [InlineData("Drivers", "Metering", "Protocols", "Microsoft.Extensions.Logging.Abstractions")]
    [InlineData("concentrator-sim", "Metering", "Protocols", "MQTTnet", "MQTTnet.Server", "Tomlyn")]
    public void An_assembly_references_only_what_the_plan_allows(string name, params string[] allowed)
    {
        var strangers = Assembly.Load(name).GetReferencedAssemblies().Select(reference => reference.Name!)
            .Where(reference => !allowed.Contains(reference) && !IsFramework(reference));
        Assert.Empty(strangers);
    }

    [Requirement("P7")]
    [Fact]
    public void Nothing_below_references_what_stands_above()
    {
        Assert.Empty(Pointing("Metering", "Protocols", "Drivers", "concentrator"));
        Assert.Empty(Pointing("Protocols", "Drivers", "concentrator"));
        Assert.Empty(Pointing("Drivers", "concentrator"));
        Assert.Contains("Metering", Pointing("concentrator", Ours)); // the rule sees references at all
    }

    private static IEnumerable<string> Pointing(string from, params string[] to) =>
        Assembly.Load(from).GetReferencedAssemblies().Select(reference => reference.Name!).Intersect(to);

    private static bool IsFramework(string name) =>
        name is "System" or "Microsoft.Win32.Primitives" or "mscorlib" or "netstandard" || name.StartsWith("System.", StringComparison.Ordinal);
}
