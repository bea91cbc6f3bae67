using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Unit.Flows.Dlms;

namespace Unit;

/// <summary>Waits for conditions in flows on fake time. The real deadline is for a hang, never for speed: a slow disk of a busy machine is no failure.</summary>
internal static class Patience
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    /// <summary>Moves fake time on, step by step, until the condition holds, and only where nothing waits for a thread; false when it never held.</summary>
    internal static async Task<bool> AdvanceUntilAsync(this FakeTimeProvider clock, Func<bool> condition, TimeSpan step)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Hang)
            {
                return false;
            }

            await IdleAsync();
            if (condition())
            {
                return true;
            }

            if (clock is not PatientClock patient)
            {
                clock.Advance(step);
            }
            else if (!patient.IsBusy())
            {
                patient.Stride(step);
            }
        }

        return true;
    }

    /// <summary>Waits without moving fake time; false when the condition never held.</summary>
    internal static async Task<bool> UntilAsync(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(began) > Hang)
            {
                return false;
            }

            await SettledAsync();
        }

        return true;
    }

    /// <summary>Waits until nothing waits for a thread.</summary>
    /// <param name="pause">Gives a thread that lost its core in the middle of its work a moment to get it back.</param>
    internal static async Task IdleAsync(bool pause = false)
    {
        if (pause)
        {
            await Task.Delay(1);
        }

        for (var idle = 0; idle < 2;)
        {
            await SettledAsync();
            idle = ThreadPool.PendingWorkItemCount == 0 ? idle + 1 : 0;
        }
    }

    /// <summary>Lets other threads reach their next wait: fake time moves nothing that is still running.</summary>
    internal static async Task SettledAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            await Task.Yield();
            Thread.Yield();
        }
    }
}
