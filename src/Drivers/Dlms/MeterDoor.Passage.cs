using Drivers.Ports;
using Metering.Orders;

namespace Drivers.Dlms;

/// <summary>The way of a head-end into the meter, in place of the box's own.</summary>
internal sealed partial class MeterDoor
{
    /// <summary>RLRQ, reason normal, without the initiate: it needs no key (IEC 62056-5-3, 7.2).</summary>
    private static readonly byte[] Release = [0x62, 0x03, 0x80, 0x01, 0x00];

    private readonly HashSet<(int Client, int Server)> _unreleased = [];
    private IApduChannel? _passage;
    private (string Holder, int Client, int Server) _passageOf;
    private bool _wasPassed;
    private long? _leftAt;

    /// <summary>No meter keeps an association that is silent for so long.</summary>
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The way for what a head-end says as a client of its own, to a logical device of its choice. The box's own association is ended before, and so is that of another head-end: a meter may allow
    /// one. Afterwards the box asks which counter the meter expects before it speaks: the head-end may have used the same one.
    /// </summary>
    internal async ValueTask<IApduChannel> PassageAsync(Func<CancellationToken, ValueTask<IPort>> open, PassThroughOrder passed, CancellationToken stop)
    {
        var of = (passed.Holder, (int)passed.Client, (int)passed.Server);
        if (_passage is null || _passageOf != of || _link is null)
        {
            await EndVisitAsync(releases: true).ConfigureAwait(false);
            if (_passage is not null && _passageOf.Holder != passed.Holder)
            {
                await CloseAsync().ConfigureAwait(false);
            }

            await EndPassageAsync().ConfigureAwait(false);
            await OpenAsync(open, stop).ConfigureAwait(false);
            await ReleaseWhatWasLeftAsync(stop).ConfigureAwait(false);
            var channel = Way(passed.Server);
            await channel.OpenAsync(passed.Client, stop).ConfigureAwait(false);
            (_passage, _passageOf, _wasPassed) = (channel, of, true);
        }

        while (_link is IDatagramLink datagrams && datagrams.Input.TryRead(out _))
        {
            // An answer that came too late would be taken for that to the next question.
        }

        _unreleased.Add((passed.Client, passed.Server));
        return _passage;
    }

    /// <summary>The head-end released the association it spoke in.</summary>
    internal void PassageReleased() => _unreleased.Remove((_passageOf.Client, _passageOf.Server));

    /// <summary>
    /// The box, or somebody else, takes the meter: what a head-end left open there ends with the link. Datagrams have none: the meter is told in the name of each client that spoke. One that takes no
    /// release in clear keeps it for as long as it keeps an idle association.
    /// </summary>
    private async ValueTask ReleasePassageAsync()
    {
        foreach (var (client, server) in _link is IDatagramLink ? _unreleased.ToArray() : [])
        {
            try
            {
                var way = Way(server);
                await way.OpenAsync(client, CancellationToken.None).ConfigureAwait(false);
                await way.SendAsync(Release, CancellationToken.None).ConfigureAwait(false);
                await way.ReceiveAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                // It is not asked twice.
            }
        }

        _unreleased.Clear();
    }

    /// <summary>
    /// The box's own association may be open at the meter still, left there to spare the air: a meter that allows one would refuse the head-end's until it forgets it. What becomes of the release shows then.
    /// </summary>
    private async ValueTask ReleaseWhatWasLeftAsync(CancellationToken stop)
    {
        if (_leftAt is not { } at || _knowledge is null)
        {
            return;
        }

        _leftAt = null;
        if (clock.GetElapsedTime(at) >= ForgottenAfter)
        {
            return;
        }

        var session = _keys.Begin(_knowledge.Meter, OnThisPort(options.Association), KeyOf(_knowledge.Meter), newKeys: false, out _);
        var channel = Channel();
        var visit = new MeterVisit(channel, session, counters, KeyOf(_knowledge.Meter), Budget());
        try
        {
            await channel.OpenAsync(options.Association.Client, stop).ConfigureAwait(false);
            await visit.AbandonAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // Lost on one way or the other: the head-end's own AARQ shows it.
        }
        finally
        {
            await visit.EndAsync(releases: false).ConfigureAwait(false);
        }
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

    private IApduChannel Way(int server)
    {
        var own = options with { Association = options.Association with { Server = server, LongestPdu = ushort.MaxValue } };
        return options.Gateway is { } gateway ? new GatewayChannel(Direct(own), gateway, options.Port) : Direct(own);
    }
}
