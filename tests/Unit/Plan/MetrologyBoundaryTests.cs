using System.Reflection;
using System.Runtime.CompilerServices;
using Metering;

namespace Unit.Plan;

/// <summary>Nothing outside the metrology boundary can make or alter a reading.</summary>
public class MetrologyBoundaryTests
{
    [Requirement("P3")]
    [Theory]
    [InlineData(typeof(Reading))]
    [InlineData(typeof(ReadingBlock))]
    public void A_reading_has_no_public_constructor_no_setter_and_no_with(Type type)
    {
        Assert.Empty(type.GetConstructors(BindingFlags.Public | BindingFlags.Instance));
        Assert.DoesNotContain(type.GetProperties(), property => property.SetMethod is not null);
        Assert.Empty(type.GetFields(BindingFlags.Public | BindingFlags.Instance));
        Assert.Null(type.GetMethod("<Clone>$"));
        Assert.True(type.IsValueType || type.IsSealed);
    }

    [Fact]
    public void The_rule_sees_a_type_that_can_be_altered() => Assert.Contains(typeof(Row).GetProperties(), property => property.SetMethod is not null);

    [Requirement("P3")]
    [Fact]
    public void Only_Protocols_sees_the_inside_of_Metering() =>
        Assert.Equal(["Protocols"], typeof(Reading).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(attribute => attribute.AssemblyName));
}
