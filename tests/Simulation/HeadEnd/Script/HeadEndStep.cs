namespace Simulation.HeadEnd.Script;

/// <summary>One step of a head-end's script.</summary>
/// <param name="Line">Where it stands.</param>
/// <param name="After">Time after the start at which it begins, if the step before it is over by then.</param>
/// <param name="Door">mqtt or dlms.</param>
/// <param name="Verb">What it does there.</param>
/// <param name="Meters">For which meters; none for the box.</param>
/// <param name="Object">Logical name of what is read, or null.</param>
/// <param name="Arguments">JSON of an order's <c>args</c>.</param>
/// <param name="Wanted">How it shall end.</param>
public sealed record HeadEndStep(int Line, TimeSpan After, string Door, string Verb, IReadOnlyList<string> Meters, string? Object, string Arguments, Expectation Wanted)
{
    /// <summary>How long it may take.</summary>
    public TimeSpan Within { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How an order is given otherwise than it ought to be.</summary>
    public OrderFlaw Flaw { get; init; }

    /// <summary>The next step does not wait for it.</summary>
    public bool IsMeanwhile { get; init; }

    /// <summary>The client as which the head-end speaks with a meter.</summary>
    public int Client { get; init; } = 2;

    /// <summary>By the number of the device, as the PRIME DC wrapper has it, instead of the gateway's prefix.</summary>
    public bool IsByNumber { get; init; }

    /// <summary>Without proving itself to the box first.</summary>
    public bool IsUnproven { get; init; }

    /// <summary>So many of a profile's newest rows.</summary>
    public int Rows { get; init; } = 8;
}
