using Metering.Driver;

namespace Drivers.Usi;

/// <summary>What became of a modem, and of the port that leads to it.</summary>
public enum UsiStep
{
    /// <summary>The port is being opened.</summary>
    Opening,
    /// <summary>The modem answers for the first time, or after it was reset or its port opened again: whatever it had been told may be forgotten.</summary>
    Started,
    /// <summary>It is silent, and is being asked whether it is there.</summary>
    Probing,
    /// <summary>It was only silent.</summary>
    Answers,
    /// <summary>It does not answer, and is being reset.</summary>
    Resetting,
    /// <summary>It does not answer after a reset: the port is opened again.</summary>
    Reopening,
}

/// <summary>A step, with what is to be said of it.</summary>
public readonly record struct UsiChange(UsiStep Step, string Sentence)
{
    /// <summary>The link state it means; a modem that has started is still to be configured by its driver.</summary>
    public LinkState State => Step switch
    {
        UsiStep.Opening => LinkState.Opening,
        UsiStep.Started => LinkState.Configuring,
        UsiStep.Answers or UsiStep.Probing => LinkState.Listening, // a probe disturbs nobody
        _ => LinkState.Stalled,
    };
}
