using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Upstream.Dlms.Passing;

/// <summary>
/// What one connection has under way to meters: to each meter one APDU after another, to different meters side by side. More than fits is not taken: the head-end is told that the box is busy.
/// </summary>
internal sealed class MeterLanes(MeterGateway gateway, CancellationToken stop) : IDisposable
{
    private const int MostUnderWay = 64, MostForOne = 16;
    private readonly Lock _lock = new();
    private readonly Dictionary<MeterId, Lane> _lanes = [];
    private readonly Dictionary<MeterId, PassThroughRequest> _held = [];
    private int _underWay;

    /// <summary>A meter is awaited.</summary>
    internal bool IsBusy => Volatile.Read(ref _underWay) > 0;

    /// <summary>Takes an APDU to its meter behind those that wait for it; false where too many do.</summary>
    internal bool TryPass(
        PassThroughRequest request, ushort client, ushort server, ReadOnlyMemory<byte> apdu, Func<ReadOnlyMemory<byte>, ValueTask> answer, Func<GatewayRefusal, ValueTask> refuse)
    {
        lock (_lock)
        {
            var lane = _lanes.GetValueOrDefault(request.Meter, new Lane(Task.CompletedTask, 0));
            if (_underWay >= MostUnderWay || lane.Waiting >= MostForOne)
            {
                return false;
            }

            _underWay++;
            _held[request.Meter] = request;
            _lanes[request.Meter] = new Lane(PassAsync(lane.Last, request, client, server, apdu, answer, refuse), lane.Waiting + 1);
            return true;
        }
    }

    /// <summary>Lets a meter go once what waits for it is done.</summary>
    internal async ValueTask LetGoAsync(MeterId meter, string why, CancellationToken cancel)
    {
        PassThroughRequest? request;
        Task last;
        lock (_lock)
        {
            last = _lanes.GetValueOrDefault(meter).Last ?? Task.CompletedTask;
            if (!_held.Remove(meter, out request))
            {
                return;
            }
        }

        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await QuietlyAsync(() => gateway.LetGoAsync(request, why, cancel)).ConfigureAwait(false);
    }

    /// <summary>The connection ends: what is under way is waited for, and all meters are let go.</summary>
    internal async ValueTask EndAsync(string why, CancellationToken cancel)
    {
        MeterId[] held;
        lock (_lock)
        {
            held = [.. _held.Keys];
        }

        foreach (var meter in held)
        {
            await LetGoAsync(meter, why, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _lanes.Clear();
        }
    }

    private async Task PassAsync(
        Task before, PassThroughRequest request, ushort client, ushort server, ReadOnlyMemory<byte> apdu, Func<ReadOnlyMemory<byte>, ValueTask> answer, Func<GatewayRefusal, ValueTask> refuse)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await QuietlyAsync(async () =>
        {
            if (await gateway.PassAsync(request, client, server, apdu, answer, stop).ConfigureAwait(false) is { } refusal)
            {
                await refuse(refusal).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
        lock (_lock)
        {
            _underWay--;
            if (_lanes.TryGetValue(request.Meter, out var lane))
            {
                _lanes[request.Meter] = lane with { Waiting = lane.Waiting - 1 };
            }
        }
    }

    /// <summary>The connection may be gone, or the service about to stop: then nobody waits for the answer.</summary>
    private static async ValueTask QuietlyAsync(Func<ValueTask> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or StorageFaultException)
        {
        }
    }

    private readonly record struct Lane(Task Last, int Waiting);
}
