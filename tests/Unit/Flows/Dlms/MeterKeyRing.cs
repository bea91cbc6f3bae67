using Metering.Keys;
using Simulation.Dlms;

namespace Unit.Flows.Dlms;

/// <summary>The keys of simulated meters, as a keys file would hold them.</summary>
internal sealed class MeterKeyRing(params DlmsMeter[] meters) : IKeyRing
{
    public long Version => 1;

    public int Find(in KeyName name, Span<byte> destination)
    {
        var device = name.Device;
        var key = meters.FirstOrDefault(meter => meter.Name == device) is not { } meter ? []
            : name.Purpose switch { KeyPurpose.Guek => meter.Keys.Guek, KeyPurpose.Gak => meter.Keys.Gak, _ => meter.Keys.Secret };
        key.CopyTo(destination);
        return key.Length;
    }
}

/// <summary>Counters as the box keeps them, in memory: never twice in either direction.</summary>
internal sealed class MemoryCounters : ICounterStore
{
    private readonly Dictionary<KeyName, (uint Counter, ulong Hash)> _accepted = [];
    private readonly Dictionary<KeyName, uint> _next = [];

    public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash)
    {
        if (_accepted.TryGetValue(key, out var last) && counter <= last.Counter)
        {
            return last == (counter, contentHash) ? CounterVerdict.Duplicate : CounterVerdict.Replayed;
        }

        _accepted[key] = (counter, contentHash);
        return CounterVerdict.Fresh;
    }

    public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop)
    {
        var first = Math.Max(_next.GetValueOrDefault(key), atLeast);
        _next[key] = first + (uint)count;
        return new(first);
    }
}
