using System.Threading.Channels;
using Metering;
using Protocols.Dlms.Wrapper;

namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>
/// Tells a head-end that asked for it which devices are there, come and go (PRIME DC wrapper). It lives as long as its connection; what the field does meanwhile waits in a queue with an end:
/// a head-end that does not listen loses its connection, and asks anew.
/// </summary>
/// <param name="euiOf">EUI-48 of the node of a meter, or empty.</param>
/// <param name="send">Sends a control message.</param>
internal sealed class DeviceReports(ReachedMeters reached, DeviceNumbers numbers, Func<MeterId, ReadOnlyMemory<byte>> euiOf, Func<DcMessage, CancellationToken, ValueTask> send) : IDisposable
{
    private const int MostWaiting = 16_384;
    private readonly Channel<(MeterId Meter, bool IsThere)> _waiting = Channel.CreateBounded<(MeterId, bool)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly HashSet<MeterId> _told = [];
    private readonly HashSet<MeterId> _silenced = [];
    private readonly Lock _lock = new();

    /// <summary>The head-end asked: data goes through from now on.</summary>
    internal bool IsStarted { get; private set; }

    /// <summary>Begins; a head-end that asks again is told everything again.</summary>
    internal void Start()
    {
        if (!IsStarted)
        {
            IsStarted = true;
            reached.Changed += Take;
        }
        else
        {
            lock (_lock)
            {
                _told.Clear();
            }
        }

        foreach (var meter in reached.All.Order())
        {
            Take(meter, isThere: true);
        }
    }

    /// <summary>A device is let go when the head-end goes, and is not told as new any more; or it is as any other.</summary>
    internal void CloseBySelf(MeterId meter, bool isOn)
    {
        lock (_lock)
        {
            _ = isOn ? _silenced.Add(meter) : _silenced.Remove(meter);
        }
    }

    /// <summary>Sends until stopped, or until more waits than fits.</summary>
    internal async Task RunAsync(CancellationToken stop)
    {
        await foreach (var (meter, isThere) in _waiting.Reader.ReadAllAsync(stop).ConfigureAwait(false))
        {
            if (MessageOf(meter, isThere) is { } message)
            {
                await send(message, stop).ConfigureAwait(false);
            }
        }

        throw new IOException("the head-end does not listen to what devices do");
    }

    public void Dispose() => reached.Changed -= Take;

    private void Take(MeterId meter, bool isThere)
    {
        if (!_waiting.Writer.TryWrite((meter, isThere)))
        {
            _waiting.Writer.TryComplete();
        }
    }

    private DcMessage? MessageOf(MeterId meter, bool isThere)
    {
        lock (_lock)
        {
            if (numbers.Of(meter) is not { } number || (isThere ? _silenced.Contains(meter) || !_told.Add(meter) : !_told.Remove(meter)))
            {
                return null;
            }

            return isThere ? new DcMessage.NewDevice(number, DcMessage.Repeats, meter.Text, euiOf(meter)) : new DcMessage.RemoveDevice(number);
        }
    }
}
