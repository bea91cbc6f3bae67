using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>An order of one kind for one meter, and where what it changes is to be seen.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="Verb">Of the order.</param>
/// <param name="Arguments">Its <c>args</c>, in canonical form, for this meter.</param>
/// <param name="State">What it changes, as the meter itself has it.</param>
internal sealed record OrderCase(string Name, string Verb, Func<DlmsMeter, string> Arguments, Func<DlmsMeter, string> State)
{
    /// <summary>What is done to the meter before.</summary>
    internal Action<DlmsMeter> Before { get; init; } = _ => { };

    /// <summary>When its effect is there: some time after its end for what is planned for later.</summary>
    internal TimeSpan EffectAfter { get; init; }

    internal OrderCase(string name, string verb, string arguments, Func<DlmsMeter, string> state)
        : this(name, verb, _ => arguments, state)
    {
    }
}
