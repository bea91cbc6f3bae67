using System.Runtime.CompilerServices;
using System.Text;
using Metering;
using Metering.Orders;
using Protocols.Dlms;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Client;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>What a read gave: readings or events, and the octets they were taken from.</summary>
/// <param name="Data">The data of the attribute, as deciphered.</param>
/// <param name="Counter">The meter's invocation counter under which the last of it came; null where nothing was ciphered.</param>
internal readonly record struct MeterAnswer(ReadingBlock? Block, IReadOnlyList<Metering.Driver.MeterEvent>? Events, ReadOnlyMemory<byte> Data, uint? Counter)
{
    /// <summary>What the order's result should say besides; null for nothing.</summary>
    internal string? Note { get; init; }
}

/// <summary>Reads profiles, logs and registers of one meter over an open association. What holds for long is read once and kept.</summary>
internal sealed class MeterReader(MeterVisit visit, MeterKnowledge knowledge, MeterProfile profile, TimeProvider clock)
{
    private static readonly Obis Clock = new(0, 0, 1, 0, 0, 255), Firmware = new(1, 0, 0, 2, 0, 255), Association = new(0, 0, 40, 0, 0, 255);

    /// <summary>The association it reads by.</summary>
    internal MeterVisit Visit => visit;

    /// <summary>The meter's last invocation counter.</summary>
    internal uint? Counter => visit.Session.Security?.LastReceived;

    /// <summary>The meter's clock; null where it cannot be read.</summary>
    internal async ValueTask<DeviceTime?> ClockAsync(CancellationToken stop) =>
        await visit.GetAsync(new AttributeDescriptor(8, Clock, 2), null, stop).ConfigureAwait(false) is { } data && data.Length is 13 or 14
            && CosemTime.TryRead(data.Span[^CosemTime.Size..], profile.Deviation, out var time) ? time : null;

    /// <summary>Forgets what another firmware may have changed.</summary>
    internal async ValueTask LookAtFirmwareAsync(CancellationToken stop)
    {
        var data = await visit.GetAsync(new AttributeDescriptor(1, Firmware, 2), null, stop).ConfigureAwait(false);
        var firmware = data is null ? "" : Convert.ToHexString(data.Value.Span);
        if (knowledge.Firmware != firmware)
        {
            knowledge.Forget();
            knowledge.Firmware = firmware;
        }
    }

    /// <summary>A profile, a log, or registers, in one part or in several.</summary>
    /// <exception cref="MeterRefusalException">The meter has none of it, or does not give it.</exception>
    internal async IAsyncEnumerable<MeterAnswer> ReadAsync(ReadOrder order, string orderId, [EnumeratorCancellation] CancellationToken stop)
    {
        var reader = new ReadFor(knowledge.Meter, null, order.Task, orderId);
        if (order.What == ReadOrder.Registers)
        {
            yield return await RegistersAsync(reader, await ListedRegistersAsync(stop).ConfigureAwait(false), stop).ConfigureAwait(false);
            yield break;
        }

        var definition = profile.Find(order.What);
        if (definition is null)
        {
            var listed = await ListedAsync(order.What, stop).ConfigureAwait(false);
            if (listed.ClassId != 7)
            {
                yield return await RegistersAsync(reader, [listed], stop).ConfigureAwait(false);
                yield break;
            }

            definition = new ProfileDefinition(order.What, listed.Name, StampEdge.None, false);
        }

        await foreach (var part in new ProfileReader(this, knowledge, profile, clock).ReadAsync(reader, definition, order, stop).ConfigureAwait(false))
        {
            yield return part;
        }
    }

    private async ValueTask<ListedObject> ListedAsync(string what, CancellationToken stop)
    {
        if (!Obis.TryParse(what, out var name))
        {
            throw new MeterRefusalException($"{what} is neither registers, an OBIS code nor one of what a meter of profile {profile.Name} has: {string.Join(", ", profile.Profiles.Select(one => one.Task))}");
        }

        var listed = (await ObjectsAsync(stop).ConfigureAwait(false)).FirstOrDefault(one => one.Name == name);
        return listed.ClassId != 0 ? listed : throw new MeterRefusalException($"the meter has no object {name}");
    }

    private async ValueTask<IReadOnlyList<ListedObject>> ObjectsAsync(CancellationToken stop)
    {
        if (knowledge.Objects is null)
        {
            var data = await visit.GetAsync(new AttributeDescriptor(15, Association, 2), null, stop).ConfigureAwait(false);
            knowledge.Objects = data is null ? throw Refused("the object list") : ObjectList.Read(data.Value.Span) ?? throw new MeterRefusalException("the object list cannot be read");
        }

        return knowledge.Objects;
    }

    /// <summary>Registers and extended registers of what the meter measures: C groups above 0, not those kept for past billing periods.</summary>
    private async ValueTask<ListedObject[]> ListedRegistersAsync(CancellationToken stop) =>
        [.. (await ObjectsAsync(stop).ConfigureAwait(false)).Where(one => one is { ClassId: 3 or 4, Name: { A: not 0, F: 255 } })];

    private async ValueTask<MeterAnswer> RegistersAsync(ReadFor reader, ListedObject[] registers, CancellationToken stop)
    {
        var at = await ClockAsync(stop).ConfigureAwait(false);
        var columns = new ReadColumn[registers.Length];
        var values = new ReadOnlyMemory<byte>[registers.Length];
        for (var i = 0; i < registers.Length; i++)
        {
            var register = registers[i];
            columns[i] = await ColumnAsync(new CaptureObject(register.ClassId, register.Name, 2, 0), stop).ConfigureAwait(false);
            values[i] = await visit.GetAsync(new AttributeDescriptor(register.ClassId, register.Name, 2), null, stop).ConfigureAwait(false) ?? default;
        }

        byte[] raw = [(byte)AXdrTag.Array, (byte)Math.Min(values.Length, 127), .. values.SelectMany(value => value.IsEmpty ? [(byte)0] : value.ToArray())];
        return new MeterAnswer(ToReadings.Registers(reader, profile, columns, at, values), null, raw, Counter);
    }

    /// <summary>An object with its scaler and unit.</summary>
    internal async ValueTask<ReadColumn> ColumnAsync(CaptureObject column, CancellationToken stop)
    {
        if (column is not { ClassId: 3 or 4 or 5, Attribute: 2 or 3 })
        {
            return new ReadColumn(column, UnitSymbol.None, 0);
        }

        if (!knowledge.Units.TryGetValue((column.ClassId, column.Name), out var unit))
        {
            var data = await visit.GetAsync(new AttributeDescriptor(column.ClassId, column.Name, column.ClassId == 5 ? (sbyte)4 : (sbyte)3), null, stop).ConfigureAwait(false);
            if (data is null || !ScalerUnit.TryRead(data.Value.Span, out unit))
            {
                throw Refused($"scaler and unit of {column.Name}"); // a value without its scaler is no value
            }

            knowledge.Units[(column.ClassId, column.Name)] = unit;
        }

        return new ReadColumn(column, unit.Unit, unit.Scaler);
    }

    /// <summary>The meter answered with an error: the last one says why.</summary>
    internal MeterRefusalException Refused(string what) => new($"the meter does not give {what}: {ErrorText.OfDataAccess(visit.LastError ?? 250)}");

    /// <summary>An integer; 0 where there is none.</summary>
    internal static int NumberOf(ReadOnlyMemory<byte>? data)
    {
        if (data is null)
        {
            return 0;
        }

        var reader = new AXdrReader(data.Value.Span);
        return reader.TryItem(out var item) && AXdrNumbers.TryInteger(item, out var number) && number >= 0 && number <= int.MaxValue ? (int)number : 0;
    }

    /// <summary>A logical device name as identity: its letters and digits; null where it has too few.</summary>
    internal static MeterId? IdentityOf(ReadOnlySpan<byte> data)
    {
        if (data.Length < 2 || data[0] is not (0x09 or 0x0A) || data[1] != data.Length - 2)
        {
            return null;
        }

        var text = Encoding.ASCII.GetString(data[2..]).TrimEnd('\0', ' ').ToUpperInvariant();
        return MeterId.TryParse(text, out var id) ? id : MeterId.TryParse("LDN-" + Convert.ToHexString(data[2..]), out id) ? id : null;
    }
}
