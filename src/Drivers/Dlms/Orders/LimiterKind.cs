using System.Runtime.CompilerServices;
using Metering;
using Metering.Orders;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>Sets thresholds, durations, the planned emergency and the groups of a limiter; what is read back decides. What it holds already is not written again.</summary>
internal sealed class LimiterKind : IOrderKind
{
    private const int MostGroups = 64;

    public OrderKind Kind => OrderKind.Limiter;

    public string? Refusal(MeterOrder order) => LimiterOrder.Parse(order.Payload) switch
    {
        { Normal: null, Emergency: null, Over: null, Under: null, Profile: null, Groups: null } => "the order sets nothing",
        { Normal: < 0 } or { Emergency: < 0 } => "a threshold below zero would never be kept",
        { Normal: not null, Unit: null } or { Emergency: not null, Unit: null } => "a threshold wants its unit",
        { Unit: { } unit } when !Unit.TryParse(unit, out _) => "the unit is none of the list",
        { Profile.Duration: var duration } when duration < TimeSpan.FromSeconds(1) => "an emergency of no duration is none",
        { Groups.Count: > MostGroups } => $"more than {MostGroups} groups",
        _ => null,
    };

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var limiter = LimiterOrder.Parse(order.Payload);
        var name = meter.Named(limiter.Limiter, meter.Profile.Controls.Limiter, "limiter");
        var before = await LimiterLook.TakeAsync(meter, name, stop).ConfigureAwait(false);
        meter.Before = before.Text;
        var writes = new ProvenWrites(meter);
        if (Plan(limiter, name, before, meter.Profile, writes) is { } refusal)
        {
            yield return meter.Proven(OrderState.Refused, $"the limiter {name}: {refusal}; nothing was sent", before.Text);
            yield break;
        }

        if (writes.Count == 0)
        {
            yield return meter.Proven(OrderState.Done, $"the limiter {name} holds that already: nothing was sent", before.Text);
            yield break;
        }

        await writes.WriteAsync(stop).ConfigureAwait(false);
        var difference = writes.Refusal is null ? await writes.DifferenceAsync(stop).ConfigureAwait(false) : null;
        var after = await LimiterLook.TakeAsync(meter, name, stop).ConfigureAwait(false);
        yield return (writes.Refusal ?? difference) is { } wrong
            ? meter.Proven(writes.Taken > 0 ? OrderState.Partial : OrderState.Failed, writes.Taken > 0 ? $"{writes.Taken} of {writes.Count} attributes are written; {wrong}" : wrong, after.Text)
            : meter.Proven(OrderState.Done, $"the limiter {name} reads back as it was written", after.Text);
    }

    /// <summary>What is to be written, thresholds last: until then the old ones hold with the old durations. Gives what cannot be.</summary>
    private static string? Plan(LimiterOrder order, Obis name, LimiterLook before, MeterProfile profile, ProvenWrites writes)
    {
        string? fault = null;
        byte[]? Threshold(decimal? value)
        {
            if (value is not { } wanted || fault is not null)
            {
                return null;
            }

            if (order.Unit != before.Unit.Unit.ToString())
            {
                fault = $"it watches a value in {before.Unit.Unit}, and the threshold is in {order.Unit}";
                return null;
            }

            return ScaledInteger.Write(wanted, before.Unit.Scaler, before.Type, out fault);
        }

        (int Attribute, byte[]? Value)[] wanted =
        [
            (6, Seconds(order.Over)), (7, Seconds(order.Under)), (9, order.Groups is { } groups ? Groups(groups) : null), (8, order.Profile is { } planned ? Profile(planned, profile) : null),
            (5, Threshold(order.Emergency)), (4, Threshold(order.Normal)),
        ];
        foreach (var (attribute, value) in wanted)
        {
            if (value is not null && !before[attribute].SequenceEqual(value))
            {
                writes.Add(LimiterLook.Of(name, attribute), value);
            }
        }

        return fault;
    }

    private static byte[]? Seconds(TimeSpan? time) => time is { } some ? new DataWriter().UInt32((uint)some.TotalSeconds).ToArray() : null;

    private static byte[] Groups(IReadOnlyList<ushort> groups)
    {
        var to = new DataWriter().Array(groups.Count);
        foreach (var group in groups)
        {
            to.UInt16(group);
        }

        return to.ToArray();
    }

    private static byte[] Profile(EmergencyProfile planned, MeterProfile profile) =>
        new DataWriter().Structure(3).UInt16(planned.Id).Octets(CosemTime.Write(LocalOf(planned.From), profile.Deviation)).UInt32((uint)planned.Duration.TotalSeconds).ToArray();

    /// <summary>A local time as an order gives it.</summary>
    internal static DeviceTime LocalOf(DateTimeOffset time) => CosemTime.Of(time.DateTime, (short)time.Offset.TotalMinutes, summerTime: false);
}
