using Metering.Driver;

namespace Drivers.Dlms;

/// <summary>A meter that answered, and did not do what was asked: the sentence says what and why. The link is well.</summary>
public sealed class MeterRefusalException : Exception
{
    public MeterRefusalException()
    {
    }

    public MeterRefusalException(string message)
        : base(message)
    {
    }

    public MeterRefusalException(string message, MissReason why)
        : base(message) => Why = why;

    public MeterRefusalException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public MeterRefusalException(string message, Exception inner, MissReason why)
        : base(message, inner) => Why = why;

    /// <summary>Which of the closed list it is.</summary>
    public MissReason Why { get; } = MissReason.Refused;
}
