using System.Globalization;
using Drivers.Usi;
using Metering.Orders;
using Protocols.Usi.G3;

namespace Drivers.G3;

/// <summary>Brings the payload of a datagram on its way to a node: its turn, the packet around it, the confirm, and what is to be done where that is no success.</summary>
/// <param name="panId">The PAN id in use.</param>
/// <param name="forgotten">Is told that the modem has forgotten its network.</param>
internal sealed class G3Sender(G3Options options, G3Modem modem, G3DataDesk desk, G3Network network, UsiPort port, Func<ushort> panId, Action<string> forgotten, TimeProvider clock) : IDisposable
{
    /// <summary>Searches that may follow one another.</summary>
    private const int MostSearches = 4;

    private readonly Lock _lock = new();
    private long _counted = clock.GetTimestamp();
    private int _searches = MostSearches;
    private CancellationTokenSource _start = new();
    private long _packets, _routeErrors, _failures, _unconfirmed;

    /// <summary>Sends a payload; completes when the modem has confirmed it.</summary>
    /// <exception cref="IOException">It did not leave, or found no way.</exception>
    /// <param name="work">What for, at the moment its turn is awaited.</param>
    internal async ValueTask SendAsync(G3Node node, ReadOnlyMemory<byte> payload, Func<WorkClass> work, CancellationToken stop)
    {
        if (UdpPacket.HeaderSize + payload.Length > options.LongestPacket)
        {
            throw new IOException($"a datagram of {payload.Length} octets to node {node.Name} is longer than the modem takes ({options.LongestPacket - UdpPacket.HeaderSize}): propose a shorter PDU to this meter");
        }

        await node.Turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            await SendInTurnAsync(node, payload, work, stop).ConfigureAwait(false);
        }
        finally
        {
            node.Turn.Release();
        }
    }

    /// <summary>Sends a payload to every node; completes when it is out.</summary>
    /// <exception cref="IOException">It did not leave.</exception>
    internal async ValueTask TellAllAsync(ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        await desk.EnterAsync(UdpPacket.HeaderSize + payload.Length, WorkClass.Firmware, stop).ConfigureAwait(false);
        try
        {
            var packet = new UdpPacket(Ipv6Address.LinkLocal(panId(), 0), Ipv6Address.AllNodes, options.UdpPort, options.UdpPort, options.HopLimit, payload).ToOctets();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, Volatile.Read(ref _start).Token);
            var status = await modem.SendPacketAsync(packet, either.Token).ConfigureAwait(false);
            if (status is AdpStatus.Busy or AdpStatus.NoBuffers)
            {
                desk.Hold();
            }

            if (status != AdpStatus.Success)
            {
                Interlocked.Increment(ref _failures);
                throw new IOException($"the modem did not bring a packet to all nodes: {status.Text()}");
            }

            Interlocked.Increment(ref _packets);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"the modem at {options.Port} started anew: a packet to all nodes did not leave");
        }
        finally
        {
            desk.Leave();
        }
    }

    /// <summary>Looks for a route; false where none is found, or there were too many searches of late.</summary>
    internal async ValueTask<bool> TryFindRouteAsync(G3Node node, bool isCurious, CancellationToken stop)
    {
        if (!MaySearch(isCurious))
        {
            return false;
        }

        try
        {
            return await modem.FindRouteAsync(node.Address, stop).ConfigureAwait(false) == AdpStatus.Success;
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return false;
        }
    }

    /// <summary>
    /// True where a search may be made; then this is one. Each goes through the whole network: a few may follow one another, as when a node moves, then one at a time; a branch that is gone would
    /// fill the medium with them. What is only curious waits until nobody needed one for a while.
    /// </summary>
    internal bool MaySearch(bool isCurious)
    {
        lock (_lock)
        {
            var since = (int)Math.Min(MostSearches, clock.GetElapsedTime(_counted) / options.DiscoveriesApart);
            (_searches, _counted) = since > 0 ? (Math.Min(MostSearches, _searches + since), clock.GetTimestamp()) : (_searches, _counted);
            if (_searches < (isCurious ? MostSearches : 1))
            {
                return false;
            }

            _searches--;
            return true;
        }
    }

    /// <summary>What the modem had is lost with its start: it is given to it once more when it is up.</summary>
    internal void Restart() => _ = Interlocked.Exchange(ref _start, new CancellationTokenSource()).CancelAsync(); // not at once: whoever tells of the start may hold the line's lock

    public void Dispose() => _start.Dispose();

    /// <summary>For people.</summary>
    internal void AddTo(Dictionary<string, string> facts)
    {
        facts["packetsSent"] = Interlocked.Read(ref _packets).ToString(CultureInfo.InvariantCulture);
        facts["routeErrors"] = Interlocked.Read(ref _routeErrors).ToString(CultureInfo.InvariantCulture);
        facts["packetsUnconfirmed"] = Interlocked.Read(ref _unconfirmed).ToString(CultureInfo.InvariantCulture);
        facts["packetsFailed"] = Interlocked.Read(ref _failures).ToString(CultureInfo.InvariantCulture);
    }

    private async ValueTask SendInTurnAsync(G3Node node, ReadOnlyMemory<byte> payload, Func<WorkClass> work, CancellationToken stop)
    {
        var began = clock.GetTimestamp();
        for (var hasSearched = false; ;)
        {
            if (!node.IsInNetwork)
            {
                throw new IOException($"node {node.Name}: {node.Sentence}");
            }

            var status = await TransmitAsync(node, payload, work(), began, stop).ConfigureAwait(false);
            switch (status)
            {
                case AdpStatus.Success:
                    Interlocked.Increment(ref _packets);
                    return;
                case null:
                    continue; // held, or the modem starts anew: once more when there is room
                case AdpStatus.RouteError when !hasSearched && await TryFindRouteAsync(node, false, stop).ConfigureAwait(false):
                    hasSearched = true;
                    continue;
                case AdpStatus.RouteError:
                    Interlocked.Increment(ref _routeErrors);
                    network.GiveUp(node, $"no route to {node.Address:X4}: given up until it is heard or a route is found");
                    throw new IOException($"node {node.Name}: {node.Sentence}");
                default:
                    Interlocked.Increment(ref _failures);
                    throw new IOException($"the modem did not bring a packet to node {node.Name} ({node.Address:X4}): {status.Value.Text()}");
            }
        }
    }

    /// <summary>Gives the packet to the modem once; null where that is to be done again.</summary>
    private async ValueTask<AdpStatus?> TransmitAsync(G3Node node, ReadOnlyMemory<byte> payload, WorkClass work, long began, CancellationToken stop)
    {
        await desk.EnterAsync(UdpPacket.HeaderSize + payload.Length, work, stop).ConfigureAwait(false);
        try
        {
            var packet = new UdpPacket(
                Ipv6Address.LinkLocal(panId(), 0), Ipv6Address.LinkLocal(panId(), node.Address), options.UdpPort, options.UdpPort, options.HopLimit, payload).ToOctets();
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, Volatile.Read(ref _start).Token);
            var status = await modem.SendPacketAsync(packet, either.Token).ConfigureAwait(false);
            if (status is not (AdpStatus.Busy or AdpStatus.NoBuffers))
            {
                return status;
            }

            desk.Hold();
            return MayTryAgain(began) ? null : status;
        }
        catch (G3Refusal refusal) when (refusal.IsNotStarted)
        {
            desk.Pause();
            forgotten("the modem says that it was not started: it was switched off and on, or started by itself");
            return MayTryAgain(began) ? null : throw new IOException(refusal.Message, refusal);
        }
        catch (Exception e) when (((e is OperationCanceledException && !stop.IsCancellationRequested) || (e is IOException and not G3Refusal && desk.IsPaused)) && MayTryAgain(began))
        {
            return null; // the modem that had it starts anew
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new IOException($"the modem at {options.Port} started anew again and again: a packet to node {node.Name} did not leave");
        }
        catch (TimeoutException)
        {
            // The confirm may be lost, and the packet not: whether it came to the meter, only the meter's answer tells, and who waits for that sends it again.
            Interlocked.Increment(ref _unconfirmed);
            port.Doubt($"no confirm for a packet to {node.Address:X4} within {options.ConfirmWithin.TotalSeconds:0} s");
            return AdpStatus.Success;
        }
        finally
        {
            desk.Leave();
        }
    }

    private bool MayTryAgain(long began) => clock.GetElapsedTime(began) < options.HoldWithin;
}
