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

    public MeterRefusalException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
