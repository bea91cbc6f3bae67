using Drivers.Ports;

namespace Drivers.Dlms;

/// <summary>The way of a head-end into the meter, in place of the box's own.</summary>
internal sealed partial class MeterDoor
{
    private IApduChannel? _passage;
    private (int Client, int Server) _passageOf;
    private bool _wasPassed;

    /// <summary>
    /// The way for what a head-end says as a client of its own, to a logical device of its choice. The box's own association is ended before: a meter may allow one. Afterwards the box asks
    /// which counter the meter expects before it speaks: the head-end may have used the same one.
    /// </summary>
    internal async ValueTask<IApduChannel> PassageAsync(Func<CancellationToken, ValueTask<IPort>> open, int client, int server, CancellationToken stop)
    {
        if (_passage is null || _passageOf != (client, server) || _link is null)
        {
            await EndVisitAsync(releases: true).ConfigureAwait(false);
            await EndPassageAsync().ConfigureAwait(false);
            await OpenAsync(open, stop).ConfigureAwait(false);
            var own = options with { Association = options.Association with { Server = server, LongestPdu = ushort.MaxValue } };
            var channel = options.Gateway is { } gateway ? new GatewayChannel(Direct(own), gateway, options.Port) : Direct(own);
            await channel.OpenAsync(client, stop).ConfigureAwait(false);
            (_passage, _passageOf, _wasPassed) = (channel, (client, server), true);
        }

        while (_link is IDatagramLink datagrams && datagrams.Input.TryRead(out _))
        {
            // An answer that came too late would be taken for that to the next question.
        }

        return _passage;
    }

    private async ValueTask EndPassageAsync()
    {
        if (_passage is not { } passage)
        {
            return;
        }

        _passage = null;
        try
        {
            await passage.CloseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // It ends with the link.
        }
    }
}
