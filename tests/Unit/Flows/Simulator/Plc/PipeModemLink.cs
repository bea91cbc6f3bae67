using System.IO.Pipelines;
using Drivers.Ports;
using Simulation.Plc.Ports;

namespace Unit.Flows.Simulator.Plc;

/// <summary>A driver's link to a simulated modem on a pipe.</summary>
internal sealed class PipeModemLink(ModemPipeEnd end) : ILink
{
    public PipeReader Input => end.Input;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => end.WriteAsync(octets, stop);

    public ValueTask DisposeAsync() => end.DisposeAsync();
}
