using Requirements;
using Xunit.v3;

namespace Unit;

/// <summary>The test shows that demands of tests/Requirements/RequirementTable.cs hold; build.sh makes a table of it.</summary>
/// <param name="ids">Ids of the rows.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RequirementAttribute(params string[] ids) : Attribute, ITraitAttribute
{
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. ids.Select(id => KeyValuePair.Create(TestReport.Trait, id))];
}
