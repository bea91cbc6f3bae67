using Protocols.Usi;

namespace Drivers.Usi;

/// <summary>How a modem behind a universal serial interface is spoken with, and what is tried when it falls silent.</summary>
/// <param name="Port">The port, for sentences.</param>
/// <param name="Kind">What is expected there (<c>a PRIME base node</c>), for sentences.</param>
/// <param name="Probe">A question that every such modem answers at once, and that costs no time on the air.</param>
/// <param name="IsProbeAnswer">The answer to it.</param>
/// <param name="Reset">What makes the modem start anew; null where there is no such frame.</param>
public sealed record UsiPortOptions(string Port, string Kind, UsiFrame Probe, Func<UsiFrame, bool> IsProbeAnswer, UsiFrame? Reset)
{
    /// <summary>Speed of both stock modems (plc-modems.md, 0).</summary>
    public const int DefaultBaud = 115_200;

    /// <summary>Nothing heard for so long: is it there?</summary>
    public TimeSpan QuietAfter { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the answer to a probe may take. It was measured in milliseconds; a modem that writes flash takes longer.</summary>
    public TimeSpan ProbeWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long nothing else is sent before and behind a probe: a modem that keeps one message takes it within 5 ms (plc-modems.md, 6), at its slowest.</summary>
    public TimeSpan Room { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a modem that was there is probed before it is reset.</summary>
    public int Probes { get; init; } = 3;

    /// <summary>How long a modem may take to start before it answers.</summary>
    public TimeSpan BootWithin { get; init; } = TimeSpan.FromSeconds(20);
}
