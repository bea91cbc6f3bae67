using System.Runtime.ExceptionServices;

namespace Unit;

/// <summary>Runs on a thread with the stack the fuzz harness gives: recursion that a message drives shows at once.</summary>
internal static class SmallStack
{
    internal static T Run<T>(Func<T> run)
    {
        T? result = default;
        ExceptionDispatchInfo? thrown = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = run();
                }
                catch (Exception e)
                {
                    thrown = ExceptionDispatchInfo.Capture(e);
                }
            },
            global::Fuzz.Runs.Run.Stack);
        thread.Start();
        thread.Join();
        thrown?.Throw();
        return result!;
    }
}
