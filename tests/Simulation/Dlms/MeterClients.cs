using Protocols.Dlms.Apdu;
using Protocols.Dlms.Host;
using Simulation.Dlms.Misbehaviours;

namespace Simulation.Dlms;

/// <summary>Who may speak with a meter, and the associations that are open.</summary>
internal sealed class MeterClients
{
    private const int Public = 16, Management = 1, Reading = 2, PreEstablished = 102, PreEstablishedReading = 103;
    private const byte AssociationRequest = 0x60, RefusedForNow = 2, NoReason = 1;
    private static readonly byte[] LogicalNames = [0x06, 0x07, 0x60, 0x85, 0x74, 0x05, 0x08, 0x01, 0x01];
    private readonly DlmsMeter _meter;
    private readonly Dictionary<int, HostAssociation> _associations = [];
    private readonly Dictionary<int, HostClient> _known;

    internal MeterClients(DlmsMeter meter)
    {
        _meter = meter;
        var plan = meter.Plan;
        Faults = new AnswerFaults(plan);
        _known = new Dictionary<int, HostClient>
        {
            [Public] = new(Public, 0, false, default, one => one.ClassId is 8 or 17 || one.Name.C is 42 or 43 || one.Name is { C: 0, D: 2 } ? AccessRight.Read : AccessRight.None),
            [Management] = new(Management, plan.Mechanism, plan.IsCiphered, meter.Keys.Secret, _ => AccessRight.All),
            [Reading] = new(Reading, plan.Mechanism, plan.IsCiphered, meter.ReadingKeys.Secret, one => one.ClassId is 64 or 18 ? AccessRight.None : AccessRight.Read),
            [PreEstablished] = new(PreEstablished, 0, true, default, BroadcastRights(plan), IsPreEstablished: true),
            [PreEstablishedReading] = new(PreEstablishedReading, 0, true, default, one => one.ClassId is 64 or 18 ? AccessRight.None : AccessRight.Read, IsPreEstablished: true),
        };
    }

    /// <summary>What the pre-established client for broadcasts may do.</summary>
    internal static Func<CosemObject, AccessRight> BroadcastRights(DlmsMeterPlan plan) =>
        one => (plan.BroadcastMay ?? [8, 18]).Contains(one.ClassId) ? AccessRight.Write | AccessRight.Execute : AccessRight.None;

    /// <summary>What is wrong with answers.</summary>
    internal AnswerFaults Faults { get; }

    internal byte[]? Answer(int client, ReadOnlyMemory<byte> apdu)
    {
        if (!_known.TryGetValue(client, out var known))
        {
            return null;
        }

        if (apdu.Length > 0 && apdu.Span[0] == AssociationRequest && _meter.IsHeldElsewhere)
        {
            return Refuse(apdu);
        }

        if (apdu.Length > 0 && apdu.Span[0] == AssociationRequest && _associations.Any(open => open.Key != client && open.Value.IsAssociated && !_known[open.Key].IsPreEstablished)
            && _associations.Count(open => open.Value.IsAssociated && !_known[open.Key].IsPreEstablished) >= _meter.Plan.Associations)
        {
            return Refuse(apdu);
        }

        if (!_associations.TryGetValue(client, out var association))
        {
            var security = new SpoilingSecurity(new MeterSecurity(client == Reading ? _meter.ReadingKeys : _meter.Keys, client: client), Faults);
            _associations[client] = association = new HostAssociation(_meter.Device, known, new HostOptions(_meter.Plan.EffectivePdu, PrefersGeneralBlocks: _meter.Plan.PrefersGeneralBlocks, BlockWindow: _meter.Plan.BlockWindow), security);
        }

        if (!known.IsCiphered)
        {
            Faults.Hear(apdu.Span);
        }

        var answer = association.Answer(apdu);
        return answer is null || client == Public ? answer : Faults.GeneralBlock(apdu.Span) ?? (known.IsCiphered ? answer : Faults.Spoil(answer));
    }

    internal bool TryTakeFurther(int client, out byte[] apdu)
    {
        apdu = [];
        return _associations.TryGetValue(client, out var association) && association.TryTakeFurther(out apdu);
    }

    internal IReadOnlyList<byte[]> Notify(int client, Pdu notification) => _associations[client].Notify(notification);

    internal void Drop()
    {
        foreach (var association in _associations.Values)
        {
            association.End();
        }

        _associations.Clear();
    }

    /// <summary>There is no room for one more association: refused for now.</summary>
    private static byte[] Refuse(ReadOnlyMemory<byte> apdu) => AssociationMessage.Of(
        ApduTag.AssociationResponse,
        (AssociationMessage.ContextName, Pdu.Read(apdu, out _) is AssociationMessage request ? request[AssociationMessage.ContextName] ?? LogicalNames : LogicalNames),
        (AssociationMessage.Result, (byte[])[0x02, 0x01, RefusedForNow]),
        (AssociationMessage.Diagnostic, (byte[])[0xA1, 0x03, 0x02, 0x01, NoReason])).ToOctets();
}
