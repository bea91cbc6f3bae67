namespace Concentrator.Composition;

/// <summary>Loops that end together, in their own time: started, told to stop, awaited.</summary>
internal sealed class Stopping : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _loops = [];

    /// <summary>Any loop that ended before it was told to.</summary>
    internal Task FirstToEnd => _loops.Count == 0 ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token) : Task.WhenAny(_loops);

    internal void Start(Func<CancellationToken, Task> loop) => _loops.Add(Task.Run(() => loop(_stop.Token)));

    /// <summary>Tells them to stop and waits for the last.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_loops.Select(Quietly)).ConfigureAwait(false);
    }

    /// <summary>Throws what made a loop end.</summary>
    internal Task RethrowAsync() => Task.WhenAll(_loops.Where(loop => loop.IsFaulted));

    public void Dispose() => _stop.Dispose();

    private static async Task Quietly(Task loop) => await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
