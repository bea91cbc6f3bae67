using Protocols.Usi;

namespace Drivers.Usi;

/// <summary>Who waits for which answer. A frame goes to the first, in the order of asking, whose answer it is.</summary>
internal sealed class UsiAnswers
{
    private readonly Lock _lock = new();
    private readonly List<Awaited> _awaited = [];

    /// <summary>Begins to wait; before the question is sent, so that no answer is too quick.</summary>
    internal Awaited Await(Func<UsiFrame, UsiTaken> take)
    {
        var awaited = new Awaited(take);
        lock (_lock)
        {
            _awaited.Add(awaited);
        }

        return awaited;
    }

    internal void Forget(Awaited awaited)
    {
        lock (_lock)
        {
            _awaited.Remove(awaited);
        }
    }

    /// <summary>Gives a frame to who waits for it; false where nobody does.</summary>
    internal bool TryTake(in UsiFrame frame)
    {
        lock (_lock)
        {
            for (var i = 0; i < _awaited.Count; i++)
            {
                switch (_awaited[i].Take(frame))
                {
                    case UsiTaken.Not:
                        continue;
                    case UsiTaken.Seen:
                        _awaited.RemoveAt(i--);
                        continue;
                    case UsiTaken.Whole:
                        _awaited.RemoveAt(i);
                        break;
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Nobody gets an answer any more.</summary>
    internal void Fail(IOException why)
    {
        lock (_lock)
        {
            _awaited.ForEach(awaited => awaited.Fail(why));
            _awaited.Clear();
        }
    }

    /// <summary>One who waits.</summary>
    internal sealed class Awaited(Func<UsiFrame, UsiTaken> take)
    {
        private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _parts;

        internal UsiTaken Take(in UsiFrame frame)
        {
            var taken = take(frame);
            _parts += taken == UsiTaken.Not ? 0 : 1;
            if (taken is UsiTaken.Whole or UsiTaken.Seen)
            {
                _whole.TrySetResult();
            }

            return taken;
        }

        internal void Fail(IOException why) => _whole.TrySetException(why);

        /// <summary>Waits as long as parts come within the time.</summary>
        internal async Task WaitAsync(TimeSpan within, TimeProvider clock, CancellationToken stop)
        {
            while (true)
            {
                var before = Volatile.Read(ref _parts);
                try
                {
                    await _whole.Task.WaitAsync(within, clock, stop).ConfigureAwait(false);
                    return;
                }
                catch (TimeoutException) when (Volatile.Read(ref _parts) != before)
                {
                    // A part came meanwhile: the rest has its own time.
                }
            }
        }
    }
}
