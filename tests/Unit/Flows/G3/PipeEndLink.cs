using System.IO.Pipelines;
using Drivers.Ports;
using Simulation.Plc.Ports;

namespace Unit.Flows.G3;

/// <summary>An emulated modem's pipe as the port of a driver.</summary>
internal sealed class PipeEndLink(ModemPipeEnd end) : ILink
{
    public PipeReader Input => end.Input;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => end.WriteAsync(octets, stop);

    public ValueTask DisposeAsync() => end.DisposeAsync();
}
