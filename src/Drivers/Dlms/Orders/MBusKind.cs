using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Metering.Keys;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>The device on an M-Bus channel (class 72): install, deinstall, capture, alarm, clock, keys, valve. Who is there is read before and after.</summary>
internal sealed class MBusKind : IOrderKind
{
    private const ushort Client = 72;
    private const sbyte KeyStatus = 14;

    public OrderKind Kind => OrderKind.MBus;

    public string? Refusal(MeterOrder order) => MBusOrder.Parse(order.Payload) switch
    {
        { Channel: < 1 or > 16 } wrong => $"there is no M-Bus channel {wrong.Channel}",
        { Action: > MBusAction.OpenValve } wrong => $"there is no M-Bus action {(int)wrong.Action}",
        { Action: MBusAction.Install, Argument.Length: not 1 } => "install wants a primary address of one octet; 0 for any",
        { Action: MBusAction.TransferKey, Argument.Length: < 16 or > 64 } => "transfer key wants the wrapped key of 16 to 64 octets",
        { Action: MBusAction.SetKey, Argument.Length: not (0 or 16 or 32) } => "set key wants a key of 16 or 32 octets, or none for that of the key ring",
        _ => null,
    };

    public async IAsyncEnumerable<OrderStep> ExecuteAsync(MeterOrder order, OrderMeter meter, [EnumeratorCancellation] CancellationToken stop)
    {
        var mbus = MBusOrder.Parse(order.Payload);
        if (mbus.Channel > meter.Profile.Channels.Count)
        {
            throw new MeterRefusalException($"a meter of profile {meter.Profile.Name} has {meter.Profile.Channels.Count} M-Bus channels, not {mbus.Channel}");
        }

        var before = await DeviceAsync(meter, mbus.Channel, stop).ConfigureAwait(false);
        if (mbus.Device is { } wanted && before?.Id.Text != wanted)
        {
            throw new MeterRefusalException($"channel {mbus.Channel} holds {Text(before)}, and the order is for {wanted}");
        }

        meter.Before = Text(before);
        yield return new OrderStep(OrderState.Running, $"channel {mbus.Channel}: {Text(before)}", null, default);
        if (mbus.Action is MBusAction.CloseValve or MBusAction.OpenValve)
        {
            var valve = (meter.Profile.Channels.Valve ?? throw new MeterRefusalException($"a meter of profile {meter.Profile.Name} has no valve on its channels")).At(mbus.Channel);
            yield return await ControlLook.MoveAsync(meter, valve, mbus.Action == MBusAction.OpenValve, $"the valve of channel {mbus.Channel}, {Text(before)},", order.Id, stop).ConfigureAwait(false);
            yield break;
        }

        var sentence = mbus.Action switch
        {
            MBusAction.Identify => "",
            MBusAction.SetKey or MBusAction.TransferKey => await KeyAsync(meter, mbus, before, stop).ConfigureAwait(false),
            _ => await InvokeAsync(meter, mbus, stop).ConfigureAwait(false),
        };
        var after = await DeviceAsync(meter, mbus.Channel, stop).ConfigureAwait(false);
        var now = Text(after) + await KeyTextAsync(meter, mbus.Channel, after, stop).ConfigureAwait(false);
        yield return meter.Proven(OrderState.Done, $"channel {mbus.Channel}: {sentence}{(sentence.Length == 0 ? "" : "; ")}{now}", now);
    }

    private static async ValueTask<string> InvokeAsync(OrderMeter meter, MBusOrder mbus, CancellationToken stop)
    {
        var (method, parameter, words) = mbus.Action switch
        {
            MBusAction.Install => (1, new DataWriter().UInt8(mbus.Argument.Span[0]), "install is done"),
            MBusAction.Deinstall => (2, new DataWriter().Int8(0), "deinstall is done"),
            MBusAction.Capture => (3, new DataWriter().Int8(0), "captured"),
            MBusAction.ResetAlarm => (4, new DataWriter().Int8(0), "the alarm is reset"),
            _ => (5, new DataWriter().Int8(0), "the device's clock is synchronized"),
        };
        await meter.InvokeAsync(Target(meter, mbus, method), parameter.ToArray(), stop).ConfigureAwait(false);
        return words;
    }

    private static async ValueTask<string> KeyAsync(OrderMeter meter, MBusOrder mbus, ChannelDevice? device, CancellationToken stop)
    {
        if (device is not { IsNone: false } there)
        {
            throw new MeterRefusalException($"channel {mbus.Channel} is empty: there is nobody to give a key to");
        }

        if (mbus.Action == MBusAction.TransferKey)
        {
            await meter.InvokeAsync(Target(meter, mbus, 8), new DataWriter().Octets(mbus.Argument.Span).ToArray(), stop).ConfigureAwait(false);
            return "the wrapped key is transferred";
        }

        if (!meter.IsEncrypted)
        {
            throw new MeterRefusalException("a key travels in an encrypted association only, and this one is not");
        }

        var key = new byte[32];
        try
        {
            var length = mbus.Argument.IsEmpty ? meter.Keys.Find(new KeyName(there.Id.Text, KeyPurpose.MBus), key) : mbus.Argument.Length;
            if (length == 0)
            {
                throw new MeterRefusalException($"no key: the key ring has none for {there.Id}");
            }

            mbus.Argument.Span.CopyTo(key);
            await meter.InvokeAsync(Target(meter, mbus, 7), new DataWriter().Octets(key.AsSpan(0, length)).ToArray(), stop).ConfigureAwait(false);
            return "the key is set";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static async ValueTask<ChannelDevice?> DeviceAsync(OrderMeter meter, int channel, CancellationToken stop) =>
        await (await meter.ReaderAsync(stop).ConfigureAwait(false)).Channels.IdentifyAsync(channel, stop).ConfigureAwait(false);

    private static async ValueTask<string> KeyTextAsync(OrderMeter meter, int channel, ChannelDevice? device, CancellationToken stop)
    {
        if (device is not { IsNone: false })
        {
            return "";
        }

        var visit = await meter.VisitAsync(stop).ConfigureAwait(false);
        var status = await visit.GetAsync(new AttributeDescriptor(Client, meter.Profile.Channels.Client.At(channel), KeyStatus), null, stop).ConfigureAwait(false);
        return status is null ? "" : ", " + MeterReader.NumberOf(status) switch
        {
            0 => "no key", 1 => "key set", 2 => "key transferred", 3 => "key set and transferred", 4 => "key in use",
            var other => string.Create(CultureInfo.InvariantCulture, $"key status {other}"),
        };
    }

    private static AttributeDescriptor Target(OrderMeter meter, MBusOrder mbus, int method) => new(Client, meter.Profile.Channels.Client.At(mbus.Channel), (sbyte)method);

    private static string Text(ChannelDevice? device) => device is { IsNone: false } there ? there.Id.Text : "empty";
}
