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
    private const ushort Client = 72, Valve = 70;
    private const sbyte KeyStatus = 14, ControlState = 3, ControlMode = 4;

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

        yield return new OrderStep(OrderState.Running, $"channel {mbus.Channel}: {Text(before)}", null, default);
        var sentence = mbus.Action switch
        {
            MBusAction.Identify => "",
            MBusAction.CloseValve or MBusAction.OpenValve => await ValveAsync(meter, mbus, stop).ConfigureAwait(false),
            MBusAction.SetKey or MBusAction.TransferKey => await KeyAsync(meter, mbus, before, stop).ConfigureAwait(false),
            _ => await InvokeAsync(meter, mbus, stop).ConfigureAwait(false),
        };
        var after = await DeviceAsync(meter, mbus.Channel, stop).ConfigureAwait(false);
        yield return new OrderStep(OrderState.Done, $"channel {mbus.Channel}: {sentence}{(sentence.Length == 0 ? "" : "; ")}{Text(after)}{await KeyTextAsync(meter, mbus.Channel, after, stop).ConfigureAwait(false)}", null, default);
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

    /// <summary>A valve is what it says afterwards, not what it was told: armed is enough where a hand must open it, and a failure where it must open by itself.</summary>
    private static async ValueTask<string> ValveAsync(OrderMeter meter, MBusOrder mbus, CancellationToken stop)
    {
        var name = (meter.Profile.Channels.Valve ?? throw new MeterRefusalException($"a meter of profile {meter.Profile.Name} has no valve on its channels")).At(mbus.Channel);
        var isOpening = mbus.Action == MBusAction.OpenValve;
        await meter.InvokeAsync(new AttributeDescriptor(Valve, name, isOpening ? (sbyte)2 : (sbyte)1), new DataWriter().Int8(0).ToArray(), stop).ConfigureAwait(false);
        var state = MeterReader.NumberOf(await meter.DemandAsync(new AttributeDescriptor(Valve, name, ControlState), stop).ConfigureAwait(false));
        var mode = MeterReader.NumberOf(await meter.DemandAsync(new AttributeDescriptor(Valve, name, ControlMode), stop).ConfigureAwait(false));
        var words = state switch { 0 => "closed", 1 => "open", 2 => "ready to be opened by hand", _ => $"in state {state}" };
        var isDone = isOpening ? state == 1 || (state == 2 && mode is 1 or 3 or 5 or 6) : state == 0 || (state == 2 && mode is 0);
        return isDone ? $"the valve is {words}" : throw new MeterRefusalException($"the valve of channel {mbus.Channel} is {words} (control mode {mode}) after it was told to {(isOpening ? "open" : "close")}");
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
