using System.IO.Pipelines;
using Drivers.Ports;

namespace Substation.Orders;

/// <summary>A port of a box that dies: then nothing goes out any more, whatever still runs; and each time something went out it may die.</summary>
internal sealed class CutLink(ILink inner, Func<bool> isDead, Action sent) : ILink
{
    public PipeReader Input => inner.Input;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken stop)
    {
        if (isDead())
        {
            throw new IOException("the box is dead");
        }

        await inner.WriteAsync(octets, stop).ConfigureAwait(false);
        sent();
    }

    public ValueTask DisposeAsync() => isDead() ? inner.Input.CompleteAsync() : inner.DisposeAsync();
}
