namespace Protocols.Dlms.Hdlc;

/// <summary>How long a client waits for the other side (class 23 gives a server's own; over a power line or TCP they must be far larger).</summary>
/// <param name="Response">From our last octet to the first frame of the answer.</param>
/// <param name="Busy">Between two questions to a side that answered RNR.</param>
/// <param name="Retries">How often the same is sent again before the link is given up.</param>
public readonly record struct HdlcTiming(TimeSpan Response, TimeSpan Busy, int Retries)
{
    /// <summary>How long a side may answer RNR and nothing else before the link is given up.</summary>
    public TimeSpan LongestBusy { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For a serial line: 6 s, 0.5 s, 3 times.</summary>
    public static HdlcTiming Default { get; } = new(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(0.5), 3);
}
