using System.IO.Pipelines;
using Drivers.Ports;

namespace Substation.Orders;

/// <summary>A port of a box that dies: then nothing goes out any more, whatever still runs.</summary>
internal sealed class CutLink(ILink inner, Func<bool> isDead) : ILink
{
    public PipeReader Input => inner.Input;

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop) => isDead() ? throw new IOException("the box is dead") : inner.WriteAsync(octets, stop);

    public ValueTask DisposeAsync() => isDead() ? inner.Input.CompleteAsync() : inner.DisposeAsync();
}
