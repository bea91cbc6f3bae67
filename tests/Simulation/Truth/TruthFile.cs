namespace Simulation.Truth;

/// <summary>
/// The truth as a file. A line waits 15 s before it is written, for what is written to a port whose far end closes within that time may not have been committed by anybody.
/// </summary>
internal sealed class TruthFile(string? path) : IDisposable
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);
    private readonly StreamWriter? _file = path is null ? null : new StreamWriter(path, append: false) { AutoFlush = true };
    private readonly Queue<TruthLine> _waiting = new();

    internal void Add(IEnumerable<TruthLine> lines)
    {
        foreach (var line in lines)
        {
            _waiting.Enqueue(line);
        }
    }

    /// <summary>Writes what has settled.</summary>
    internal void Settle(DateTime now)
    {
        while (_waiting.TryPeek(out var line) && now - line.SentAt >= Settling)
        {
            _waiting.Dequeue(); // also where nobody keeps it: what stands behind it would never settle
            _file?.WriteLine(line.ToJson());
        }
    }

    /// <summary>The far end closed: what it got in the last 15 s may not be committed.</summary>
    internal void FarEndClosed()
    {
        while (_waiting.TryDequeue(out var line))
        {
            _file?.WriteLine((line.Fate is null ? line with { Fate = "uncommitted" } : line).ToJson());
        }
    }

    /// <summary>The far end of some meters' port closed: what it was told in the last 15 s may not be committed.</summary>
    internal void FarEndClosed(IReadOnlyCollection<string> meters)
    {
        for (var count = _waiting.Count; count > 0; count--)
        {
            var line = _waiting.Dequeue();
            _waiting.Enqueue(meters.Contains(line.Meter) && line.Fate is null ? line with { Fate = "uncommitted" } : line);
        }
    }

    public void Dispose()
    {
        while (_waiting.TryDequeue(out var line))
        {
            _file?.WriteLine(line.ToJson());
        }

        _file?.Dispose();
    }
}
