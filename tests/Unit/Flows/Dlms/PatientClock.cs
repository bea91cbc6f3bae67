using Microsoft.Extensions.Time.Testing;

namespace Unit.Flows.Dlms;

/// <summary>
/// Fake time that waits for who is at work: what takes real time, on a busy machine more than elsewhere, takes no fake time. Where everybody waits it goes on to the next moment at which
/// something is due, in one stride: a test of minutes of silence costs as little as one of milliseconds.
/// </summary>
internal sealed class PatientClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly PriorityQueue<DateTimeOffset, DateTimeOffset> _due = new();

    /// <summary>True while somebody works, and waits neither for time nor for octets.</summary>
    internal Func<bool> IsBusy { get; set; } = () => false;

    /// <summary>A timer of this time ends what would never end: nobody waits for it, and no stride goes to it.</summary>
    internal TimeSpan Guard { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero && dueTime != Guard)
        {
            lock (_due)
            {
                var due = GetUtcNow() + dueTime;
                _due.Enqueue(due, due);
            }
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }

    /// <summary>A step, or further to the next moment at which a timer goes off.</summary>
    internal void Stride(TimeSpan step)
    {
        var now = GetUtcNow();
        lock (_due)
        {
            while (_due.TryPeek(out var due, out _))
            {
                if (due > now)
                {
                    step = due - now > step ? due - now : step;
                    break;
                }

                _due.Dequeue();
            }
        }

        Advance(step);
    }
}
