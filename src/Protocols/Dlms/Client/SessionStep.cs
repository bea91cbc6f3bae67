namespace Protocols.Dlms.Client;

/// <summary>What follows from octets a session took.</summary>
public enum SessionMove
{
    /// <summary>Send the octets and wait on.</summary>
    Ask,
    /// <summary>What was started is done.</summary>
    Done,
    /// <summary>Late, doubled, or not for us: wait on.</summary>
    Ignored,
    /// <summary>The meter spoke by itself: the octets are its APDU. Wait on.</summary>
    Pushed,
    /// <summary>What was started failed; the sentence says why.</summary>
    Failed,
}

/// <summary>What follows from octets a session took.</summary>
/// <param name="Move">Which.</param>
/// <param name="Octets">To send, or the APDU that was pushed.</param>
/// <param name="Sentence">Why it failed or was ignored.</param>
public readonly record struct SessionStep(SessionMove Move, ReadOnlyMemory<byte> Octets = default, string? Sentence = null);
