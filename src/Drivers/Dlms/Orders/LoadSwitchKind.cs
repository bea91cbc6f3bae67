using System.Runtime.CompilerServices;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>Switches a load: by its own disconnect control, by a script, or by a request to the arbitrator. What the disconnect control shows afterwards is the result.</summary>
internal sealed class LoadSwitchKind : IOrderKind
{
    private const ushort Scripts = 9, Arbitrator = 68;

    public OrderKind Kind => OrderKind.LoadSwitch;

    public string? Refusal(MeterOrder order) => LoadSwitchOrder.Parse(order.Payload).Name.Length == 0 ? "the order does not say which load switch" : null;

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var load = LoadSwitchOrder.Parse(order.Payload);
        var known = meter.Profile.Controls;
        var one = known.Switch(load.Name) ?? throw new MeterRefusalException(
            $"a meter of profile {meter.Profile.Name} has no load switch \"{load.Name}\": {(known.Switches.Count == 0 ? "it has none" : "it has " + string.Join(", ", known.Switches))}");
        var what = $"load switch {load.Name}";
        if (one.Way == LoadSwitchWay.Control)
        {
            yield return await ControlLook.MoveAsync(meter, one.Shown, load.On, what, order.Id, stop).ConfigureAwait(false);
            yield break;
        }

        var before = await ControlLook.TakeAsync(meter, one.Shown, order.Id, stop).ConfigureAwait(false);
        if (before.Standing(meter, load.On, what) is { } settled)
        {
            yield return settled;
            yield break;
        }

        var refusal = one.Way == LoadSwitchWay.Script ? await ScriptAsync(meter, one, load.On, stop).ConfigureAwait(false) : await RequestAsync(meter, one, load.On, stop).ConfigureAwait(false);
        var after = refusal is null ? await ControlLook.SettleAsync(meter, one.Shown, load.On, order.Id, stop).ConfigureAwait(false) : await ControlLook.TakeAsync(meter, one.Shown, order.Id, stop).ConfigureAwait(false);
        yield return after.Judge(meter, load.On, what, refusal);
    }

    private static ValueTask<string?> ScriptAsync(OrderMeter meter, LoadSwitch one, bool on, CancellationToken stop) =>
        ActAsync(meter, new AttributeDescriptor(Scripts, one.Name, 1), new DataWriter().UInt16(on ? one.On : one.Off), stop);

    /// <summary>One bit for each action, the first one first; the arbitrator may prefer another actor's request.</summary>
    private static async ValueTask<string?> RequestAsync(OrderMeter meter, LoadSwitch one, bool on, CancellationToken stop)
    {
        var actions = Count((await meter.DemandAsync(new AttributeDescriptor(Arbitrator, one.Name, 2), stop).ConfigureAwait(false)).Span);
        var wanted = on ? one.On : one.Off;
        if (wanted >= actions)
        {
            throw new MeterRefusalException($"{ModelText.OfObject(Arbitrator, one.Name)} has {actions} actions, and the profile of the meter names action {wanted}, counted from 0");
        }

        var bits = new byte[(actions + 7) / 8];
        bits[wanted / 8] = (byte)(0x80 >> (wanted % 8));
        return await ActAsync(meter, new AttributeDescriptor(Arbitrator, one.Name, 1), new DataWriter().Structure(2).UInt8(one.Actor).Bits(bits, actions), stop).ConfigureAwait(false);
    }

    private static async ValueTask<string?> ActAsync(OrderMeter meter, AttributeDescriptor method, DataWriter parameters, CancellationToken stop)
    {
        var result = await meter.ActAsync(method, parameters.ToArray(), stop).ConfigureAwait(false);
        return result == 0 ? null : $"the meter refuses {ModelText.OfMethod(method)}: {ErrorText.OfAction(result)}";
    }

    private static int Count(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        return reader.TryItem(out var list) && list.Tag == AXdrTag.Array ? list.Count : 0;
    }
}
