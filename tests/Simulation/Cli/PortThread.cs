using Simulation.Field;

namespace Simulation.Cli;

/// <summary>Serves the port of a power line network in real time, on a thread of its own: a modem's line does not wait for anything else.</summary>
internal sealed class PortThread : IDisposable
{
    private const int StepMilliseconds = 2;
    private readonly Thread _thread;
    private volatile bool _isStopped;

    internal PortThread(PlcField field, Func<TimeSpan> elapsed)
    {
        _thread = new Thread(() =>
        {
            while (!_isStopped)
            {
                field.Serve(elapsed(), StepMilliseconds);
            }
        }) { IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _isStopped = true;
        _thread.Join(TimeSpan.FromSeconds(2));
    }
}
