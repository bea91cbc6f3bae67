namespace Concentrator.Store.Ledgers;

/// <summary>The last synced sequence, and who waits for it to move.</summary>
internal sealed class DurableMark(ulong sequence)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _sequence = sequence;

    internal ulong Sequence
    {
        get
        {
            lock (_lock)
            {
                return _sequence;
            }
        }
    }

    internal void Move(ulong sequence)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            if (sequence <= _sequence)
            {
                return;
            }

            _sequence = sequence;
            moved = _moved;
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.SetResult();
    }

    internal async Task WaitBeyondAsync(ulong sequence, CancellationToken stop)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_sequence > sequence)
                {
                    return;
                }

                moved = _moved.Task;
            }

            await moved.WaitAsync(stop).ConfigureAwait(false);
        }
    }
}
