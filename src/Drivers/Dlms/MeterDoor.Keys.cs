using Drivers.Dlms.Keys;
using Metering;
using Metering.Driver;
using Protocols.Dlms.Security;

namespace Drivers.Dlms;

/// <summary>The keys an association is made under: those that serve, or, while they are changed, those that may.</summary>
internal sealed partial class MeterDoor
{
    private KeyChange? _change;

    /// <summary>Associates under the keys that serve, or under those that may.</summary>
    private async ValueTask AssociateAsync(MeterKnowledge knowledge, bool newKeys, bool isKnownToBeThere, CancellationToken stop)
    {
        var association = OnThisPort(options.Association) with { BlockWindow = options.Framing == DlmsFraming.Hdlc ? 1 : options.Association.BlockWindow }; // HDLC passes the turn with every message
        var counted = newKeys ? await _keys.FreshCountersAsync(knowledge.Meter, stop).ConfigureAwait(false) : KeyOf(knowledge.Meter);
        var session = _keys.Begin(knowledge.Meter, association, counted, newKeys, out var mark);
        var isKeyed = options.Profile.LocksAfter > 0 && (session.Security is not null || options.Association.Mechanism != AuthenticationMechanism.None);
        var sparing = isKeyed ? Spare(knowledge.Meter, mark, session) : null;
        _visit = new MeterVisit(Channel(), session, counters, counted, Budget());
        try
        {
            await AssociateAsync(knowledge, session, sparing, mark, isKnownToBeThere, stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException e) when (e.Why == MissReason.Refused)
        {
            throw new MeterRefusalException(e.Message, e, session.IsKeyDoubted ? MissReason.WrongKey : MissReason.AssociationRefused);
        }
    }

    /// <summary>The change of a meter's keys; null where they are never changed.</summary>
    internal KeyChange? ChangeOf(MeterId meter)
    {
        if (keys.Rotation is { } rotation && _change?.Meter != meter)
        {
            _change = new KeyChange(rotation, memory, options.KeptAs, meter, options.Association.Client, time);
        }

        return _change;
    }
}
