using Protocols.Dlms.Host;

namespace Simulation.Dlms;

/// <summary>Who may speak with a meter, and the associations that are open.</summary>
internal sealed class MeterClients(DlmsMeter meter)
{
    private readonly Dictionary<int, HostAssociation> _associations = [];

    internal byte[]? Answer(int client, ReadOnlyMemory<byte> apdu)
    {
        if (!_associations.TryGetValue(client, out var association))
        {
            if (ClientOf(client) is not { } known)
            {
                return null;
            }

            _associations[client] = association = new HostAssociation(meter.Device, known, new HostOptions(meter.Plan.EffectivePdu), new MeterSecurity(meter.Keys));
        }

        return association.Answer(apdu);
    }

    internal void Drop()
    {
        foreach (var association in _associations.Values)
        {
            association.End();
        }

        _associations.Clear();
    }

    private HostClient? ClientOf(int client) => client switch
    {
        16 => new HostClient(16, 0, false, default, one => one.ClassId is 8 || one.Name.C is 42 or 43 ? AccessRight.Read : AccessRight.None),
        1 => new HostClient(1, meter.Plan.Mechanism, meter.Plan.IsCiphered, meter.Keys.Secret, _ => AccessRight.All),
        _ => null,
    };
}
