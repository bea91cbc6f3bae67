using Drivers.Ports;
using Metering;
using Metering.Driver;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;

namespace Drivers.Dlms;

/// <summary>What the client that everybody may be is told: name and expected counter, hints and no proofs.</summary>
internal sealed partial class MeterDoor
{
    /// <summary>
    /// The key of the meter that is expected is not taken: over a power line another meter may have come behind the same modem, and it says so to whoever asks. Null where it does not.
    /// </summary>
    private async ValueTask<MeterRefusalException?> LookWhoElseAsync(CancellationToken stop)
    {
        if (_link is not IDatagramLink)
        {
            return null;
        }

        try
        {
            await AskPublicAsync(stop).ConfigureAwait(false);
        }
        catch (MeterRefusalException e) when (e.Why == MissReason.Exchanged)
        {
            return e;
        }
        catch (Exception e) when (e is MeterRefusalException or TimeoutException or IOException)
        {
            // It does not say: its key is what is known to be wrong.
        }

        return null;
    }

    /// <summary>Name and expected counter, by the client that everybody may be: hints, not proofs.</summary>
    private async ValueTask AskPublicAsync(CancellationToken stop)
    {
        var settings = OnThisPort(AssociationSettings.Public with { Server = options.Association.Server, LongestPdu = options.Association.LongestPdu });
        var visit = new MeterVisit(Channel(), new ClientSession(settings, null, default), counters, default, Budget());
        await using (visit.ConfigureAwait(false))
        {
            try
            {
                await visit.AssociateAsync(0, stop).ConfigureAwait(false);
            }
            catch (MeterRefusalException) when (_knowledge is not null)
            {
                // A meter that keeps one association may still hold the last one, whose release was lost: our own counter goes on without a hint.
                _knowledge.CounterHint = 0;
                return;
            }

            var name = await visit.GetAsync(new AttributeDescriptor(1, DeviceName, 2), null, stop).ConfigureAwait(false);
            var id = name is null ? null : MeterReader.IdentityOf(name.Value.Span);
            if (id is null)
            {
                throw new MeterRefusalException($"{DeviceName} holds no logical device name");
            }

            if (!options.Meter.IsNone && id != options.Meter)
            {
                throw Exchanged(options.Meter, id.Value);
            }

            _knowledge = _knowledge?.Meter == id ? _knowledge : MeterKnowledge.Load(memory, options.KeptAs, id.Value);
            if (options.Association.IsCiphered)
            {
                await AskCounterAsync(visit, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Which object tells the expected counter is configured, or stands in the meter's profile; else it is found out: meters number them by client, or have one (IEC 62056-6-2: 0-b:43.1.e).
    /// A meter that tells none is spoken with under our own counter.
    /// </summary>
    private async ValueTask AskCounterAsync(MeterVisit visit, CancellationToken stop)
    {
        Obis[] candidates = !options.CounterObject.IsNone ? [options.CounterObject] : !options.Profile.CounterObject.IsNone ? [options.Profile.CounterObject]
            : [new Obis(0, 0, 43, 1, (byte)options.Association.Client, 255), new Obis(0, 0, 43, 1, 0, 255)];
        foreach (var candidate in candidates)
        {
            if (CounterIn(await visit.GetAsync(new AttributeDescriptor(1, candidate, 2), null, stop).ConfigureAwait(false)) is { } told)
            {
                _knowledge!.CounterHint = told + 1;
                return;
            }
        }
    }

    private static uint? CounterIn(ReadOnlyMemory<byte>? data)
    {
        if (data is null)
        {
            return null;
        }

        var reader = new AXdrReader(data.Value.Span);
        return reader.TryItem(out var item) && AXdrNumbers.TryInteger(item, out var told) && told >= 0 && told < uint.MaxValue ? (uint)told : null;
    }
}
