using Metering.Keys;

namespace Substation;

/// <summary>Counters as the box keeps them, in memory: never twice in either direction, whoever asks at once.</summary>
public sealed class MemoryCounters : ICounterStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<KeyName, (uint Counter, ulong Hash)> _accepted = [];
    private readonly Dictionary<KeyName, uint> _next = [];

    public CounterVerdict Accept(in KeyName key, uint counter, ulong contentHash)
    {
        lock (_lock)
        {
            if (_accepted.TryGetValue(key, out var last) && counter <= last.Counter)
            {
                return last == (counter, contentHash) ? CounterVerdict.Duplicate : CounterVerdict.Replayed;
            }

            _accepted[key] = (counter, contentHash);
            return CounterVerdict.Fresh;
        }
    }

    public uint LastAccepted(in KeyName key)
    {
        lock (_lock)
        {
            return _accepted.GetValueOrDefault(key).Counter;
        }
    }

    public ValueTask<uint> ReserveAsync(KeyName key, int count, uint atLeast, CancellationToken stop)
    {
        lock (_lock)
        {
            var first = Math.Max(_next.GetValueOrDefault(key), atLeast);
            _next[key] = checked(first + (uint)count);
            return new(first);
        }
    }
}
