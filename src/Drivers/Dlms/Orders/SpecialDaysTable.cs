using System.Buffers.Binary;
using Metering;
using Metering.Orders;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms.Orders;

/// <summary>The special days of a meter (class 11): replaced as a whole where it can be written, else day by day. Its order is the meter's own.</summary>
internal sealed class SpecialDaysTable(OrderMeter meter, Obis name)
{
    private const ushort Class = 11;

    private AttributeDescriptor Entries => new(Class, name, 2);

    /// <summary>The meter has these days and no others.</summary>
    internal async ValueTask<bool> HoldsAsync(IReadOnlyList<SpecialDay> days, CancellationToken stop)
    {
        var there = await ReadAsync(stop).ConfigureAwait(false);
        return there.Count == days.Count && days.All(day => there.TryGetValue(day.Index, out var entry) && entry.AsSpan().SequenceEqual(CalendarTables.Of(day)));
    }

    /// <summary>Replaces them; gives what the meter says against it, or null.</summary>
    internal async ValueTask<string?> ReplaceAsync(IReadOnlyList<SpecialDay> days, CancellationToken stop)
    {
        var all = days.Aggregate(new DataWriter().Array(days.Count), (to, day) => to.Raw(CalendarTables.Of(day))).ToArray();
        var result = await meter.WriteAsync(Entries, all, stop).ConfigureAwait(false);
        if (result == 0)
        {
            return null;
        }

        var (there, wanted) = (await ReadAsync(stop).ConfigureAwait(false), days.ToDictionary(day => day.Index, CalendarTables.Of));
        foreach (var (index, entry) in there)
        {
            if ((!wanted.TryGetValue(index, out var same) || !same.AsSpan().SequenceEqual(entry)) && await ActAsync(2, new DataWriter().UInt16(index).ToArray(), stop).ConfigureAwait(false) is { } kept)
            {
                return $"{ModelText.OfAttribute(Entries)} cannot be written ({ErrorText.OfDataAccess(result)}), and {kept}";
            }
        }

        foreach (var (index, entry) in wanted)
        {
            if ((!there.TryGetValue(index, out var same) || !same.AsSpan().SequenceEqual(entry)) && await ActAsync(1, entry, stop).ConfigureAwait(false) is { } refused)
            {
                return $"{ModelText.OfAttribute(Entries)} cannot be written ({ErrorText.OfDataAccess(result)}), and {refused}";
            }
        }

        return null;
    }

    private async ValueTask<string?> ActAsync(sbyte method, byte[] parameters, CancellationToken stop)
    {
        var result = await meter.ActAsync(new AttributeDescriptor(Class, name, method), parameters, stop).ConfigureAwait(false);
        return result == 0 ? null : $"the meter refuses {ModelText.OfMethod(new AttributeDescriptor(Class, name, method))}: {ErrorText.OfAction(result)}";
    }

    /// <summary>Each day's octets by its number.</summary>
    private async ValueTask<Dictionary<ushort, byte[]>> ReadAsync(CancellationToken stop)
    {
        var data = await meter.DemandAsync(Entries, stop).ConfigureAwait(false);
        var days = new Dictionary<ushort, byte[]>();
        var reader = new AXdrReader(data.Span);
        for (var left = reader.TryItem(out var list) && list.Tag == AXdrTag.Array ? list.Count : 0; left > 0; left--)
        {
            var from = reader.Position;
            if (!reader.TrySkip() || data.Span[from..reader.Position] is not [0x02, 0x03, 0x12, _, _, ..] entry)
            {
                throw new MeterRefusalException($"{ModelText.OfAttribute(Entries)} holds no special days");
            }

            days[BinaryPrimitives.ReadUInt16BigEndian(entry[3..])] = entry.ToArray();
        }

        return days;
    }
}
