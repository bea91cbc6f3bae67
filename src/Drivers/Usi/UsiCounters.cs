using System.Globalization;
using Protocols.Framing;

namespace Drivers.Usi;

/// <summary>What is counted on the line to a modem.</summary>
public sealed class UsiCounters
{
    private long _framesIn, _framesOut, _badChecksums, _skipped, _timeouts;

    internal void In() => Interlocked.Increment(ref _framesIn);

    internal void Out() => Interlocked.Increment(ref _framesOut);

    internal void TimedOut() => Interlocked.Increment(ref _timeouts);

    internal void Skipped(FrameFault fault, long octets)
    {
        Interlocked.Add(ref _skipped, octets);
        if (fault == FrameFault.BadChecksum)
        {
            Interlocked.Increment(ref _badChecksums);
        }
    }

    /// <summary>Adds the counters to what a driver tells with its link.</summary>
    public void AddTo(IDictionary<string, string> facts)
    {
        Add(facts, "framesIn", ref _framesIn);
        Add(facts, "framesOut", ref _framesOut);
        Add(facts, "badChecksums", ref _badChecksums);
        Add(facts, "octetsSkipped", ref _skipped);
        Add(facts, "timeouts", ref _timeouts);
    }

    private static void Add(IDictionary<string, string> facts, string name, ref long count) => facts[name] = Interlocked.Read(ref count).ToString(CultureInfo.InvariantCulture);
}
