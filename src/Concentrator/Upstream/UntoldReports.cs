using System.Threading.Channels;
using Concentrator.Ports;

namespace Concentrator.Upstream;

/// <summary>
/// Reports of due times that one head-end was not told yet: the last of each task, however long it is away. Whoever makes one is never held up by whoever tells it.
/// </summary>
internal sealed class UntoldReports
{
    private readonly Dictionary<string, Completeness> _last = [];
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();

    /// <summary>A report is there; one of the same task that was not told is told no more.</summary>
    internal void Take(Completeness report)
    {
        lock (_lock)
        {
            _last[report.Task] = report;
        }

        _news.Writer.TryWrite(true);
    }

    /// <summary>The oldest that was not told, as soon as there is one.</summary>
    internal async Task<Completeness> NextAsync(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            lock (_lock)
            {
                if (_last.Values.MinBy(report => report.At) is { } oldest)
                {
                    return oldest;
                }
            }

            await _news.Reader.ReadAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>It was told; a newer one that came meanwhile was not.</summary>
    internal void Told(Completeness report)
    {
        lock (_lock)
        {
            if (_last.TryGetValue(report.Task, out var last) && ReferenceEquals(last, report))
            {
                _last.Remove(report.Task);
            }
        }
    }
}
