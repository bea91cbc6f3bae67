using Concentrator.Ports;
using Simulation.Dlms;

namespace Substation.Orders;

/// <summary>An order of one kind for one meter, and where what it changes is to be seen.</summary>
/// <param name="Name">Of the case.</param>
/// <param name="Verb">Of the order.</param>
/// <param name="Arguments">Its <c>args</c>, in canonical form, for this meter and this box.</param>
/// <param name="State">What it changes, as the meter itself has it.</param>
internal sealed record OrderCase(string Name, string Verb, Func<DlmsMeter, BoxPublicKey, string> Arguments, Func<DlmsMeter, string> State)
{
    /// <summary>What is done to the meter before.</summary>
    internal Action<DlmsMeter> Before { get; init; } = _ => { };

    /// <summary>When its effect is there: some time after its end for what is planned for later.</summary>
    internal TimeSpan EffectAfter { get; init; }

    /// <summary>A second one's word that the order waits for or is ended by, given right after it; none for an order that stands alone.</summary>
    internal string? Then { get; init; }

    /// <summary>It changes keys: it is killed at each frame towards the meter too, its keys are looked for, and the meter is read afterwards.</summary>
    internal bool ChangesKeys { get; init; }

    internal OrderCase(string name, string verb, string arguments, Func<DlmsMeter, string> state)
        : this(name, verb, (_, _) => arguments, state)
    {
    }
}
