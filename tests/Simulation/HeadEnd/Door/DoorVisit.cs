using Metering;
using Protocols.Dlms.AXdr;

namespace Simulation.HeadEnd.Door;

/// <summary>
/// A head-end's visit to the door: one connection, an association as management client, and through it one with a meter. Which counter comes next is asked of the public client of each, as a
/// head-end does that lost its own.
/// </summary>
internal sealed class DoorVisit : IAsyncDisposable
{
    /// <summary>Client SAP as which the box knows a head-end.</summary>
    internal const int Management = 1;

    private readonly DoorLine _line;

    private DoorVisit(DoorLine line, DoorClient? box) => (_line, Box) = (line, box);

    /// <summary>The association with the box itself; null for one who does not prove himself.</summary>
    internal DoorClient? Box { get; }

    /// <summary>Begins on a connection, and proves itself to the box where it has keys for that.</summary>
    internal static async Task<DoorVisit> BeginAsync(DoorLine line, ClientKeys? keys, CancellationToken stop)
    {
        try
        {
            return new DoorVisit(line, keys is null ? null : await AssociateAsync(line, DoorRoute.ToBox, keys, stop).ConfigureAwait(false));
        }
        catch
        {
            await line.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The public client of the box: what everybody is told.</summary>
    internal async Task<DoorClient> PublicAsync(DoorRoute route, CancellationToken stop)
    {
        var client = new DoorClient(_line, route, DoorClient.Public, null);
        await client.AssociateAsync(0, stop).ConfigureAwait(false);
        return client;
    }

    /// <summary>An association with a meter behind the box.</summary>
    internal Task<DoorClient> MeterAsync(DoorRoute route, ClientKeys keys, CancellationToken stop) => AssociateAsync(_line, route, keys, stop);

    /// <summary>The way to a meter.</summary>
    /// <param name="isByNumber">As the PRIME DC wrapper has it.</param>
    internal async Task<DoorRoute> RouteAsync(string meter, bool isByNumber, CancellationToken stop) =>
        isByNumber ? DoorRoute.ByNumber(meter, await _line.NumberOfAsync(meter, stop).ConfigureAwait(false)) : DoorRoute.ByPrefix(meter);

    public async ValueTask DisposeAsync() => await _line.DisposeAsync().ConfigureAwait(false);

    private static async Task<DoorClient> AssociateAsync(DoorLine line, DoorRoute route, ClientKeys keys, CancellationToken stop)
    {
        var everybody = new DoorClient(line, route, DoorClient.Public, null);
        await everybody.AssociateAsync(0, stop).ConfigureAwait(false);
        var last = await everybody.GetAsync(1, CounterOf(route, keys.Client), 2, null, stop).ConfigureAwait(false);
        await everybody.ReleaseAsync(stop).ConfigureAwait(false);
        if (!new AXdrReader(last).TryInteger(out var taken))
        {
            throw new DoorException($"{route.Name} tells no invocation counter", isRefusal: false);
        }

        var client = new DoorClient(line, route, keys.Client, keys);
        await client.AssociateAsync((uint)taken + 1, stop).ConfigureAwait(false);
        return client;
    }

    /// <summary>The last counter taken of a client: the box has it by the number of the client, meters have that of the management client at 0.</summary>
    private static Obis CounterOf(DoorRoute route, int client) => new(0, 0, 43, 1, (byte)(route.IsThrough && client == Management ? 0 : client), 255);
}
