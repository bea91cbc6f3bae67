using System.Globalization;
using System.Runtime.CompilerServices;
using Metering;
using Metering.Orders;
using Protocols.Dlms;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Channels;

/// <summary>
/// Reads what stands on a meter's M-Bus channels. Nothing is told before the device was identified in this association, and nothing if it is another one after the reading than before:
/// a device that is exchanged meanwhile never gets the other's rows.
/// </summary>
internal sealed class ChannelReader(MeterReader meter, ProfileReader profiles, MeterProfile profile, ChannelBook book, MeterId through)
{
    private const sbyte Status = 11, Alarm = 12;
    private readonly ChannelDefinitions _channels = profile.Channels;

    /// <summary>What a read order of kind <c>mbus-..</c> asks for, channel after channel.</summary>
    internal async IAsyncEnumerable<MeterAnswer> ReadAsync(ReadOrder order, string orderId, [EnumeratorCancellation] CancellationToken stop)
    {
        var wanted = _channels.Find(order.What);
        if (_channels.Count == 0 || (wanted is null && order.What != ChannelDefinitions.Values))
        {
            throw new MeterRefusalException(_channels.Count == 0 ? $"a meter of profile {profile.Name} has no M-Bus channels"
                : $"{order.What} is not one of what the channels of profile {profile.Name} have: {string.Join(", ", _channels.Tasks)}");
        }

        for (var channel = 1; channel <= _channels.Count; channel++)
        {
            if (await IdentifyAsync(channel, stop).ConfigureAwait(false) is not { IsNone: false } device)
            {
                continue;
            }

            var reader = new ReadFor(device.Id, book[channel].Present!.Via(through, channel), order.Task, orderId);
            var parts = wanted is null
                ? await ValuesAsync(reader, channel, stop).ConfigureAwait(false)
                : await ProfileAsync(reader, channel, wanted, order, stop).ConfigureAwait(false);
            if (parts.Count > 0 && await IdentifyAsync(channel, stop).ConfigureAwait(false) != device)
            {
                throw new MeterRefusalException($"the M-Bus device on channel {channel} was exchanged while it was read: {device.Id} was there before; nothing of this reading is kept");
            }

            foreach (var part in parts)
            {
                if (part.Block is not { Rows.Length: > 0 } block || wanted is null)
                {
                    yield return part;
                    continue;
                }

                var divided = ChannelReadings.Divide(block, through, channel, book[channel], _channels.Client.At(channel), out var withheld);
                var note = withheld == 0 ? null
                    : string.Create(CultureInfo.InvariantCulture, $"channel {channel}: {withheld} rows were captured while the device was exchanged, and are given to nobody");
                foreach (var own in divided)
                {
                    yield return part with { Block = own, Note = note };
                    note = null;
                }

                if (divided.Count == 0)
                {
                    yield return part with { Block = null, Note = note };
                }
            }
        }
    }

    /// <summary>Which device is on a channel now; null where the meter has no such channel. Remembers it.</summary>
    internal async ValueTask<ChannelDevice?> IdentifyAsync(int channel, CancellationToken stop)
    {
        var client = _channels.Client.At(channel);
        if (!await meter.MayHaveAsync(72, client, stop).ConfigureAwait(false))
        {
            return null;
        }

        AttributeDescriptor[] attributes = [.. ChannelDevice.Attributes.Select(attribute => new AttributeDescriptor(72, client, attribute))];
        List<ReadOnlyMemory<byte>> told = [.. (await meter.Visit.GetAllAsync(attributes, stop).ConfigureAwait(false)).Where(one => one.Error is null).Select(one => one.Data)];
        if (told.Count < ChannelDevice.Attributes.Count)
        {
            return null;
        }

        if (!ChannelDevice.TryRead(told, _channels.IsNumberBinary, out var device))
        {
            throw new MeterRefusalException($"attributes 6 to 9 of {ModelText.OfObject(72, client)} name no M-Bus device");
        }

        if (!device.IsNone && await meter.ClockAsync(stop).ConfigureAwait(false) is { } clock && (clock.ToUtc() ?? (clock.IsCalendar ? clock.ToLocal() : null)) is { } at)
        {
            book.See(channel, device, DateTime.SpecifyKind(at, DateTimeKind.Utc));
        }

        return device;
    }

    private async ValueTask<List<MeterAnswer>> ProfileAsync(ReadFor reader, int channel, ChannelProfile wanted, ReadOrder order, CancellationToken stop)
    {
        var parts = new List<MeterAnswer>();
        var definition = new ProfileDefinition(wanted.Task, wanted.Name.At(channel), wanted.Stamp, wanted.IsEventLog);
        if (book[channel].Present is null || !await meter.MayHaveAsync(7, definition.Name, stop).ConfigureAwait(false))
        {
            return parts;
        }

        await foreach (var part in profiles.ReadAsync(reader, definition, order, stop).ConfigureAwait(false))
        {
            parts.Add(part);
        }

        return parts;
    }

    /// <summary>Values, capture times, status, alarms and the valve's state as one row.</summary>
    private async ValueTask<List<MeterAnswer>> ValuesAsync(ReadFor reader, int channel, CancellationToken stop)
    {
        var (columns, values) = (new List<ReadColumn>(), new List<ReadOnlyMemory<byte>>());
        foreach (var column in await ColumnsAsync(channel, stop).ConfigureAwait(false))
        {
            if (await meter.Visit.GetAsync(new AttributeDescriptor(column.ClassId, column.Name, (sbyte)column.Attribute), null, stop).ConfigureAwait(false) is { } value)
            {
                columns.Add(await meter.ColumnAsync(column, stop).ConfigureAwait(false));
                values.Add(value);
            }
        }

        if (columns.Count == 0)
        {
            return [];
        }

        var at = await meter.ClockAsync(stop).ConfigureAwait(false);
        byte[] raw = [(byte)AXdrTag.Array, (byte)Math.Min(values.Count, 127), .. values.SelectMany(value => value.ToArray())];
        return [new MeterAnswer(ToReadings.Registers(reader, profile, columns.ToArray(), at, values), null, raw, meter.Counter)];
    }

    /// <summary>What of the profile's objects the channel has; the class of a value is what the object list says.</summary>
    private async ValueTask<List<CaptureObject>> ColumnsAsync(int channel, CancellationToken stop)
    {
        var listed = (await meter.ObjectsAsync(stop).ConfigureAwait(false)).Where(one => one.Name.B == channel).ToLookup(one => one.Name, one => one.ClassId);
        var columns = new List<CaptureObject>();
        foreach (var name in _channels.ValueNames.Select(name => name.At(channel)))
        {
            foreach (var classId in listed[name].Where(classId => classId is 1 or 3 or 4).Take(1))
            {
                columns.Add(new CaptureObject(classId, name, 2, 0));
                if (classId == 4)
                {
                    columns.Add(new CaptureObject(4, name, 5, 0));
                }
            }
        }

        var (client, status, valve) = (_channels.Client.At(channel), _channels.Status?.At(channel), _channels.Valve?.At(channel));
        columns.AddRange(listed[status ?? default].Where(classId => classId is 1 or 3).Take(1).Select(classId => new CaptureObject(classId, status!.Value, 2, 0)));
        columns.Add(new CaptureObject(72, client, (byte)Status, 0));
        columns.Add(new CaptureObject(72, client, (byte)Alarm, 0));
        columns.AddRange(listed[valve ?? default].Where(classId => classId == 70).Take(1).Select(_ => new CaptureObject(70, valve!.Value, 3, 0)));
        return columns;
    }
}
