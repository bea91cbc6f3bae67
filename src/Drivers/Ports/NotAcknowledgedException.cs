namespace Drivers.Ports;

/// <summary>What was sent was not acknowledged by the other side: it may be tried again. The link itself is well.</summary>
public sealed class NotAcknowledgedException : IOException
{
    public NotAcknowledgedException()
    {
    }

    public NotAcknowledgedException(string message)
        : base(message)
    {
    }

    public NotAcknowledgedException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
