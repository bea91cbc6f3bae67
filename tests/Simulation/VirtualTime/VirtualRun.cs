namespace Simulation.VirtualTime;

/// <summary>
/// Drives a <see cref="VirtualClock"/>: whenever nothing is left to do, time goes on. That nothing is left is known for certain because the pool has one thread, and this runs on it: what is
/// not in the pool's queue when it looks is waiting for time.
/// </summary>
public static class VirtualRun
{
    /// <summary>Environment of a process whose pool has one thread.</summary>
    public static IReadOnlyDictionary<string, string> OneThread { get; } = new Dictionary<string, string>
    {
        ["DOTNET_PROCESSOR_COUNT"] = "1", ["DOTNET_ThreadPool_ForceMaxWorkerThreads"] = "1", ["DOTNET_TieredPGO"] = "0",
    };

    /// <summary>True in a process whose pool has one thread.</summary>
    public static bool HasOneThread
    {
        get
        {
            ThreadPool.GetMaxThreads(out var workers, out _);
            return workers == 1;
        }
    }

    /// <summary>Runs until the task is complete, or the time is over.</summary>
    /// <returns>True where the task completed.</returns>
    /// <exception cref="InvalidOperationException">The pool has several threads: nobody could tell when nothing is left to do.</exception>
    public static async Task<bool> UntilAsync(VirtualClock clock, Task done, DateTimeOffset until)
    {
        if (!HasOneThread)
        {
            throw new InvalidOperationException($"virtual time wants a pool of one thread: start with {string.Join(' ', OneThread.Select(one => $"{one.Key}={one.Value}"))}");
        }

        while (!done.IsCompleted)
        {
            await new Behind();
            while (ThreadPool.PendingWorkItemCount > 0)
            {
                await new Behind();
            }

            if (!done.IsCompleted && !clock.Step(until))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Goes on behind everything that is in the pool's queues.</summary>
    private readonly struct Behind : System.Runtime.CompilerServices.ICriticalNotifyCompletion
    {
        public bool IsCompleted => false;

        public Behind GetAwaiter() => this;

        public void GetResult()
        {
        }

        public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
    }
}
