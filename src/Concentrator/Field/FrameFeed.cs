using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Concentrator.Ports;

namespace Concentrator.Field;

/// <summary>Frames as they pass, to whoever watches; a slow watcher loses frames, never the box.</summary>
internal sealed class FrameFeed : IFrameFeed
{
    private readonly ConcurrentDictionary<Channel<FrameGlimpse>, bool> _watchers = new();

    /// <summary>True where somebody watches: a glimpse is made only then.</summary>
    internal bool IsWatched => !_watchers.IsEmpty;

    internal void Show(FrameGlimpse glimpse)
    {
        foreach (var watcher in _watchers.Keys)
        {
            watcher.Writer.TryWrite(glimpse);
        }
    }

    public async IAsyncEnumerable<FrameGlimpse> WatchAsync([EnumeratorCancellation] CancellationToken stop)
    {
        var frames = Channel.CreateBounded<FrameGlimpse>(new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest });
        _watchers[frames] = true;
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync(stop).ConfigureAwait(false))
            {
                yield return frame;
            }
        }
        finally
        {
            _watchers.TryRemove(frames, out _);
        }
    }
}
