namespace Simulation.HeadEnd.Script;

/// <summary>How a step shall end.</summary>
/// <param name="State">A state of orders, or done and refused.</param>
/// <param name="Words">What stands in what is told of it; empty for anything.</param>
public sealed record Expectation(string State, string Words)
{
    /// <summary>It ended so.</summary>
    public bool Holds(StepOutcome outcome) => outcome.State == State && outcome.Text.Contains(Words, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Words.Length > 0 ? $"{State} {Words}" : State;
}
