namespace Simulation.HeadEnd.Script;

/// <summary>How a step ended.</summary>
/// <param name="State">A state of orders, or done and refused; <c>silent</c> where nothing came in time, <c>broken</c> where the door itself fails.</param>
/// <param name="Text">What is told of it.</param>
public sealed record StepOutcome(string State, string Text)
{
    /// <summary>States that a door gives by itself.</summary>
    public const string Done = "done", Refused = "refused", Silent = "silent", Broken = "broken";
}
