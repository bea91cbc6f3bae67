using System.Runtime.CompilerServices;
using System.Text;
using Drivers.Dlms.Channels;
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

    /// <summary>What is older of what was asked for the meter has overwritten by now, UTC; null where it holds all of it, or does not tell.</summary>
    internal DateTime? HoldsFrom { get; init; }

    /// <summary>The meter's clock is more than a day off: what came is none of the time that was asked for.</summary>
    internal bool IsOfLostClock { get; init; }
}

/// <summary>Reads profiles, logs and registers of one meter over an open association. What holds for long is read once and kept.</summary>
internal sealed class MeterReader(MeterVisit visit, MeterKnowledge knowledge, DlmsOptions options, ChannelBook channels, TimeProvider clock, FirmwareShelf? shelf = null)
{
    private static readonly Obis Clock = new(0, 0, 1, 0, 0, 255), Association = new(0, 0, 40, 0, 0, 255);

    /// <summary>Where meters tell their firmware; the first that answers counts. A device id in its place tells at least that the device is another.</summary>
    private static readonly Obis[] FirmwareNames = [new(1, 0, 0, 2, 0, 255), new(0, 0, 0, 2, 0, 255), new(0, 0, 96, 1, 0, 255)];

    private readonly MeterProfile _profile = options.Profile;

    private ChannelReader? _channels;
    private ProfileReader? _profiles;
    private bool _missing;

    /// <summary>What stands on its M-Bus channels.</summary>
    internal ChannelReader Channels => _channels ??= new ChannelReader(this, Profiles, _profile, channels, knowledge.Meter);

    private ProfileReader Profiles => _profiles ??= new ProfileReader(this, knowledge, options, clock);

    /// <summary>The association it reads by.</summary>
    internal MeterVisit Visit => visit;

    /// <summary>The meter's last invocation counter.</summary>
    internal uint? Counter => visit.Session.Security?.LastReceived;

    /// <summary>The meter's clock; null where it cannot be read.</summary>
    internal async ValueTask<DeviceTime?> ClockAsync(CancellationToken stop) => await visit.GetAsync(new AttributeDescriptor(8, Clock, 2), null, stop).ConfigureAwait(false) is { } data ? ClockOf(data) : null;

    private DeviceTime? ClockOf(ReadOnlyMemory<byte> data) => data.Length is 13 or 14 && CosemTime.TryRead(data.Span[^CosemTime.Size..], _profile.Deviation, out var time) ? time : null;

    /// <summary>Forgets what another firmware may have changed.</summary>
    internal async ValueTask LookAtFirmwareAsync(CancellationToken stop)
    {
        var firmware = "";
        foreach (var name in FirmwareNames)
        {
            if (await visit.GetAsync(new AttributeDescriptor(1, name, 2), null, stop).ConfigureAwait(false) is { } data)
            {
                firmware = $"{name}={Convert.ToHexString(data.Span)}";
                break;
            }
        }

        if (knowledge.Firmware != firmware)
        {
            knowledge.Forget();
            knowledge.Firmware = firmware;
        }

        if (shelf?.Of(_profile.Name, firmware) is { } common)
        {
            knowledge.Share(common);
        }
    }

    /// <summary>A profile, a log, or registers, in one part or in several.</summary>
    /// <exception cref="MeterRefusalException">The meter has none of it, or does not give it.</exception>
    internal async IAsyncEnumerable<MeterAnswer> ReadAsync(ReadOrder order, string orderId, [EnumeratorCancellation] CancellationToken stop)
    {
        var reader = new ReadFor(knowledge.Meter, null, order.Task, orderId);
        if (ChannelDefinitions.Means(order.What))
        {
            await foreach (var part in Channels.ReadAsync(order, orderId, stop).ConfigureAwait(false))
            {
                yield return part;
            }

            yield break;
        }

        if (order.What == ReadOrder.Registers)
        {
            yield return await ListedRegistersAsync(reader, stop).ConfigureAwait(false);
            yield break;
        }

        var definition = _profile.Find(order.What);
        if (definition is null)
        {
            var listed = await ListedAsync(order.What, stop).ConfigureAwait(false);
            if (listed.ClassId != 7)
            {
                yield return (await AttributesAsync(reader, [ValueOf(listed)], stop).ConfigureAwait(false)).Answer;
                yield break;
            }

            definition = new ProfileDefinition(order.What, listed.Name, StampEdge.None, false);
        }

        await foreach (var part in Profiles.ReadAsync(reader, definition, order, stop).ConfigureAwait(false))
        {
            yield return part;
        }
    }

    private async ValueTask<ListedObject> ListedAsync(string what, CancellationToken stop)
    {
        if (!Obis.TryParse(what, out var name))
        {
            throw new MeterRefusalException($"{what} is neither registers, an OBIS code nor one of what a meter of profile {_profile.Name} has: {string.Join(", ", [.. _profile.Profiles.Select(one => one.Task), .. _profile.Channels.Tasks])}");
        }

        var listed = (await ObjectsAsync(stop).ConfigureAwait(false)).FirstOrDefault(one => one.Name == name);
        return listed.ClassId != 0 ? listed : throw new MeterRefusalException($"the meter has no object {name}");
    }

    /// <summary>The object list: whole, or where the meter refuses that, without the access rights, or class by class.</summary>
    internal async ValueTask<IReadOnlyList<ListedObject>> ObjectsAsync(CancellationToken stop)
    {
        if (knowledge.Objects is { } known)
        {
            return known;
        }

        MeterRefusalException? refusal = null;
        foreach (var selection in ObjectListSelection.Tries)
        {
            if (await visit.GetAsync(new AttributeDescriptor(15, Association, 2), selection, stop, options.SparesAir ? TransferBudget.OfList : GetProcedure.MostOctets).ConfigureAwait(false) is not { } data)
            {
                refusal ??= Refused("the object list");
            }
            else if (ObjectList.Read(data.Span) is { } objects)
            {
                return knowledge.Objects = objects;
            }
        }

        throw refusal ?? new MeterRefusalException("the object list cannot be read");
    }

    /// <summary>True where the object list has the object; where it cannot be read nobody knows, and it is worth a try.</summary>
    internal async ValueTask<bool> MayHaveAsync(ushort classId, Obis name, CancellationToken stop)
    {
        try
        {
            return (await ObjectsAsync(stop).ConfigureAwait(false)).Any(one => one.ClassId == classId && one.Name == name);
        }
        catch (MeterRefusalException)
        {
            return true;
        }
    }

    /// <summary>Registers and extended registers of what the meter measures: A groups above 0, not those kept for past billing periods. A list that names what is not there is read again.</summary>
    private async ValueTask<MeterAnswer> ListedRegistersAsync(ReadFor reader, CancellationToken stop)
    {
        for (var tries = 0; ; tries++)
        {
            CaptureObject[] registers = [.. (await ObjectsAsync(stop).ConfigureAwait(false)).Where(one => one is { ClassId: 3 or 4, Name: { A: not 0, F: 255 } }).Select(ValueOf)];
            _missing = false;
            var (answer, _) = await AttributesAsync(reader, registers, stop).ConfigureAwait(false);
            if (!_missing || tries > 0)
            {
                return answer;
            }

            knowledge.Objects = null;
        }
    }

    private static CaptureObject ValueOf(ListedObject one) => new(one.ClassId, one.Name, 2, 0);

    /// <summary>Attributes of one moment as a block of one row, and as they came: empty where the meter does not give one.</summary>
    internal ValueTask<(MeterAnswer Answer, IReadOnlyList<ReadOnlyMemory<byte>> Values)> AttributesAsync(CaptureObject[] attributes, string orderId, CancellationToken stop) =>
        AttributesAsync(new ReadFor(knowledge.Meter, null, null, orderId), attributes, stop);

    private async ValueTask<(MeterAnswer Answer, IReadOnlyList<ReadOnlyMemory<byte>> Values)> AttributesAsync(ReadFor reader, CaptureObject[] attributes, CancellationToken stop)
    {
        AttributeDescriptor[] asked = [new(8, Clock, 2), .. attributes.Select(one => new AttributeDescriptor(one.ClassId, one.Name, (sbyte)one.Attribute))];
        var answers = await visit.GetAllAsync(asked, stop).ConfigureAwait(false);
        var at = answers[0].Error is null ? ClockOf(answers[0].Data) : null;
        var columns = new ReadColumn[attributes.Length];
        var values = new ReadOnlyMemory<byte>[attributes.Length];
        for (var i = 0; i < attributes.Length; i++)
        {
            var (value, error) = answers[i + 1];
            _missing |= error is Undefined or Inconsistent;
            (columns[i], values[i]) = error is not null ? (new ReadColumn(attributes[i], UnitSymbol.None, 0), default) : (await ColumnAsync(attributes[i], stop).ConfigureAwait(false), value);
        }

        byte[] raw = [(byte)AXdrTag.Array, (byte)Math.Min(values.Length, 127), .. values.SelectMany(value => value.IsEmpty ? [(byte)0] : value.ToArray())];
        return (new MeterAnswer(ToReadings.Registers(reader, _profile, columns, at, values), null, raw, Counter), values);
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

    /// <summary>data-access-results that say an object is not there.</summary>
    private const byte Undefined = 4, Inconsistent = 9;

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
