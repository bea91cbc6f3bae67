using Metering;
using Metering.Driver;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>
/// Looks, at commissioning, at what a meter lets its pre-established client do. Every meter in the street holds that client's key: it is for time and image blocks, and a meter that lets it
/// operate a breaker, a limiter, scripts, the calendar or the keys is reported (specification 15).
/// </summary>
internal static class RightsCheck
{
    private const ushort Association = 15;
    private static readonly Obis Log = new(0, 0, 40, 0, 0, 255);
    private static readonly ushort[] Dangerous = [70, 71, 9, 20, 64];

    internal static async ValueTask<OrderStep> RunAsync(OrderMeter meter, string? task, CancellationToken stop)
    {
        if (meter.Profile.PreEstablished is not (> 0 and var client))
        {
            return new OrderStep(OrderState.Done, $"a meter of profile {meter.Profile.Name} has no pre-established client that is known", null, default);
        }

        var reader = await meter.ReaderAsync(stop).ConfigureAwait(false);
        foreach (var one in (await reader.ObjectsAsync(stop).ConfigureAwait(false)).Where(one => one.ClassId == Association && one.Name.E != 0))
        {
            if (await reader.Visit.GetAsync(new AttributeDescriptor(Association, one.Name, 3), null, stop).ConfigureAwait(false) is { } partners && ClientOf(partners.Span) == client)
            {
                return await JudgeAsync(meter, one.Name, client, task, stop).ConfigureAwait(false);
            }
        }

        return new OrderStep(OrderState.Partial, $"the meter shows no association of client {client}: what that client may do is not known", null, default) { Why = MissReason.Refused };
    }

    private static async ValueTask<OrderStep> JudgeAsync(OrderMeter meter, Obis association, int client, string? task, CancellationToken stop)
    {
        var data = await meter.DemandAsync(new AttributeDescriptor(Association, association, 2), stop).ConfigureAwait(false);
        var exposed = ExposedObjects.Read(data.Span) ?? throw new MeterRefusalException($"the object list of {ModelText.OfObject(Association, association)} is none");
        string[] dangerous = [.. exposed.Where(one => Dangerous.Contains(one.ClassId)).Select(one => ModelText.OfObject(one.ClassId, one.Name))];
        if (dangerous.Length == 0)
        {
            return new OrderStep(OrderState.Done, $"the pre-established client {client} may operate no breaker, limiter, script, calendar or key", null, default);
        }

        var sentence = $"the pre-established client {client}, whose key every meter of the street holds, may operate {string.Join(", ", dangerous)}";
        var at = meter.Time.Now.Utc is { } now ? CosemTime.Of(now, 0, summerTime: false) : default;
        return new OrderStep(OrderState.Done, sentence, null, default)
        {
            Told = meter.Told(new MeterAnswer(null, [new MeterEvent(Log, (int)RightsEvent.Exposed, "own", at, 0, sentence)], data, null), task),
        };
    }

    private static int ClientOf(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        return reader.TryItem(out var head) && head is { Tag: AXdrTag.Structure, Count: 2 } && reader.TryInteger(out var client) ? (int)client : -1;
    }
}
