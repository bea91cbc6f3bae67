using System.Threading.Channels;

namespace Concentrator.Store.View;

/// <summary>
/// The one thread that may touch the view's file. Work items run one after the other, each synchronously from begin to end, because LiteDB ties a
/// transaction to its thread.
/// </summary>
internal sealed class ViewOwner : IAsyncDisposable
{
    private readonly Channel<Action> _work = Channel.CreateBounded<Action>(new BoundedChannelOptions(16) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ViewOwner()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "view" };
        thread.Start();
    }

    /// <summary>Runs work on the owner; what it throws is thrown here. Waits while 16 items are waiting.</summary>
    internal async Task<T> AskAsync<T>(Func<T> work, CancellationToken stop)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _work.Writer.WriteAsync(
            () =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception e)
                {
                    done.SetException(e);
                }
            },
            stop);
        return await done.Task;
    }

    /// <summary>Ends the thread after the work that is waiting.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _ended.Task;
    }

    private void Run()
    {
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_work.Reader.TryRead(out var work))
            {
                work();
            }
        }

        _ended.SetResult();
    }
}
