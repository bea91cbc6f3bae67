namespace Unit.Plan;
public class House { [Xunit.Fact] public void Stands() => Xunit.Assert.True(true); }
