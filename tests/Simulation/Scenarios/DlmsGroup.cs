using Simulation.Dlms;

namespace Simulation.Scenarios;

/// <summary>DLMS meters that are alike, each on a port of its own.</summary>
/// <param name="Transport">How they are reached.</param>
/// <param name="Count">How many.</param>
/// <param name="Plan">How they are built; number and seed are the run's.</param>
/// <param name="Port">First port on 127.0.0.1; 0 for those that are free.</param>
public sealed record DlmsGroup(string Transport, int Count, DlmsMeterPlan Plan, int Port = 0)
{
    /// <summary>The wrapper on TCP and UDP, HDLC on a pty and on TCP.</summary>
    public const string Tcp = "tcp", Udp = "udp", Pty = "pty", HdlcTcp = "hdlc-tcp";

    /// <summary>All transports.</summary>
    public static IReadOnlyList<string> Transports { get; } = [Tcp, Udp, Pty, HdlcTcp];

    /// <summary>A meter without anything special.</summary>
    public static DlmsMeterPlan Plain { get; } = new(0, 0);
}
