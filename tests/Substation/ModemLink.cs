using System.IO.Pipelines;
using Drivers.Ports;
using Simulation.Plc.Ports;

namespace Substation;

/// <summary>The host's end of a simulated modem as the port a driver opens.</summary>
public sealed class ModemLink(ModemPipeEnd end) : ILink
{
    public PipeReader Input => end.Input;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => end.WriteAsync(octets, stop);

    public ValueTask DisposeAsync() => end.DisposeAsync();
}
