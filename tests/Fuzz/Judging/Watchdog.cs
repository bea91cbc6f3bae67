using System.Diagnostics;

namespace Fuzz.Judging;

/// <summary>Looks from outside whether the inputs go on; one that takes too long is named, and the process ends: a thread cannot be ended.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly CurrentInput _current;
    private readonly TimeSpan _most;
    private readonly Action<long, byte[]> _hangs;
    private readonly ManualResetEventSlim _over = new();

    /// <summary>Begins to look.</summary>
    /// <param name="hangs">Is told the input; called once.</param>
    internal Watchdog(CurrentInput current, TimeSpan most, Action<long, byte[]> hangs)
    {
        (_current, _most, _hangs) = (current, most, hangs);
        new Thread(Look) { IsBackground = true, Name = "watchdog" }.Start();
    }

    public void Dispose() => _over.Set();

    private void Look()
    {
        var (beat, since) = (-1L, Stopwatch.GetTimestamp());
        while (!_over.Wait(_most / 10))
        {
            if (_current.Beat != beat)
            {
                (beat, since) = (_current.Beat, Stopwatch.GetTimestamp());
            }
            else if (beat > 0 && Stopwatch.GetElapsedTime(since) > _most)
            {
                _hangs(_current.Number, _current.Octets);
                return;
            }
        }
    }
}
