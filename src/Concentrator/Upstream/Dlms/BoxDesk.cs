using System.Net;
using Concentrator.Ports;
using Protocols.Dlms.Apdu;

namespace Concentrator.Upstream.Dlms;

/// <summary>The box's own logical device on one connection: the associations of the clients it knows, and what is to be told of them.</summary>
internal sealed class BoxDesk(DoorParts parts) : IDisposable
{
    private const byte ServiceNotAllowed = 1, ServiceUnknown = 2, NotPossible = 1, OtherReason = 3;
    private readonly Dictionary<int, BoxAssociation> _associations = [];
    private readonly BoxCaller _caller = new();

    /// <summary>The head-end proved itself by high level security on this connection, and has not released its association.</summary>
    internal bool IsProven => _associations.TryGetValue(BoxClients.Management, out var management) && management.IsProven;

    /// <summary>The last APDU was to associate, and was refused.</summary>
    internal bool IsAssociationRefused { get; private set; }

    /// <summary>The answers to an APDU.</summary>
    internal async ValueTask<IReadOnlyList<byte[]>> AnswerAsync(ushort client, ushort device, ReadOnlyMemory<byte> apdu, IPAddress from, CancellationToken stop)
    {
        IsAssociationRefused = false;
        if (device != BoxClients.LogicalDevice || client is not (BoxClients.Public or BoxClients.Management))
        {
            return [new ExceptionResponse(device == BoxClients.LogicalDevice ? ServiceNotAllowed : ServiceUnknown, NotPossible, null).ToOctets()];
        }

        var association = Of(client, apdu.Span[0] == (byte)ApduTag.AssociationRequest);
        var answers = await association.AnswerAsync(apdu, stop).ConfigureAwait(false);
        if (client == BoxClients.Management)
        {
            Note(association, from);
        }

        return await parts.Push.SettleAsync($"client {client}, {from}", stop).ConfigureAwait(false) ? answers : [new ExceptionResponse(ServiceNotAllowed, OtherReason, null).ToOctets()];
    }

    public void Dispose()
    {
        foreach (var association in _associations.Values)
        {
            association.Dispose();
        }
    }

    /// <summary>The client's association; one that begins has the keys as they are now.</summary>
    private BoxAssociation Of(int client, bool begins)
    {
        if (_associations.TryGetValue(client, out var known) && !(begins && !known.IsAssociated && known.KeysVersion != parts.Keys.Version))
        {
            return known;
        }

        known?.Dispose();
        return _associations[client] = new BoxAssociation(client, parts.Options, parts.Objects.For(client, _caller), parts.Keys, parts.Invocations);
    }

    private void Note(BoxAssociation association, IPAddress from)
    {
        switch (association.Step)
        {
            case AssociationStep.Associated:
                DoorCounters.Count(ref parts.Counters.Associations);
                parts.Guard.Served(from);
                parts.Objects.LastClientTitle = _caller.Title = association.ClientTitle.ToArray();
                parts.Book.Tell(DoorEventKind.Associated, $"client {BoxClients.Management}, {from}", $"associated as {Convert.ToHexString(association.ClientTitle.Span)}");
                break;
            case AssociationStep.Refused or AssociationStep.Unproven:
                IsAssociationRefused = true;
                DoorCounters.Count(ref parts.Counters.RefusedAssociations);
                if (!association.IsKeyMissing)
                {
                    parts.Guard.Failed(from);
                }

                parts.Book.Tell(DoorEventKind.AssociationRefused, from.ToString(), association.IsKeyMissing
                    ? $"no key: the keys file has no line \"{parts.Options.KeyDevice} dlms client={BoxClients.Management} ..\" that fits mechanism and suite of this door"
                    : association.Step == AssociationStep.Unproven ? "its proof does not hold: another key or another system title" : "its AARQ does not fit: key, mechanism, context or counter");
                break;
        }
    }
}
