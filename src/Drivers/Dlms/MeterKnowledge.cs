using System.Collections.Concurrent;
using Metering;
using Metering.Ledger;
using Metering.Orders;
using Protocols.Dlms.Model;

namespace Drivers.Dlms;

/// <summary>What was learned of one meter and holds until its firmware or the meter changes: read once, not every time, and kept across restarts.</summary>
internal sealed class MeterKnowledge(MeterId meter)
{
    private const byte Format = 1;
    private const int MostOctets = 64 * 1024;
    private byte[] _kept = [];
    private bool _isShared;

    /// <summary>Logical device name.</summary>
    internal MeterId Meter => meter;

    /// <summary>Firmware id the rest was learned under; null before.</summary>
    internal string? Firmware { get; set; }

    /// <summary>Object list and scalers: its own, or those it shares with others of its firmware.</summary>
    internal FirmwareShelf.Common Common { get; private set; } = new();

    /// <summary>The object list; null before it was read.</summary>
    internal IReadOnlyList<ListedObject>? Objects
    {
        get => Common.Objects;
        set => Common.Objects = value;
    }

    /// <summary>Scaler and unit of registers.</summary>
    internal ConcurrentDictionary<(ushort, Obis), ScalerUnit> Units => Common.Units;

    /// <summary>How profiles are built.</summary>
    internal Dictionary<Obis, ProfileLayout> Profiles { get; } = [];

    /// <summary>Profiles that give no ranges.</summary>
    internal HashSet<Obis> WithoutRange { get; } = [];

    /// <summary>When rows of a profile were read last while the meter's clock was lost, by the clock's time stamps; of this process only.</summary>
    internal Dictionary<Obis, long> ReadWhileLost { get; } = [];

    /// <summary>The lowest invocation counter the meter takes, as it told without authentication: a hint.</summary>
    internal uint CounterHint { get; set; }

    /// <summary>Forgets everything that a new firmware may have changed.</summary>
    internal void Forget()
    {
        (Common, _isShared) = (new FirmwareShelf.Common(), false);
        Profiles.Clear();
        WithoutRange.Clear();
    }

    /// <summary>Shares with others of its firmware from now on.</summary>
    internal void Share(FirmwareShelf.Common common) => (Common, _isShared) = (common, true);

    /// <summary>What is kept of a meter; nothing where nothing is, or another version wrote it.</summary>
    internal static MeterKnowledge Load(IDriverMemory memory, string driver, MeterId meter)
    {
        var knowledge = new MeterKnowledge(meter);
        var kept = memory.Load(driver, NameOf(meter));
        if (!kept.IsEmpty && kept.Span[0] == Format)
        {
            knowledge.Read(kept);
            knowledge._kept = kept.ToArray();
        }

        return knowledge;
    }

    /// <summary>Keeps what is new; an object list that is too long for the memory is read again after the next start.</summary>
    internal async ValueTask SaveAsync(IDriverMemory memory, string driver, CancellationToken stop)
    {
        var octets = Write(_isShared ? null : Objects);
        octets = octets.Length <= MostOctets ? octets : Write(null);
        if (octets.Length <= MostOctets && !octets.AsSpan().SequenceEqual(_kept))
        {
            await memory.SaveAsync(driver, NameOf(meter), octets, stop).ConfigureAwait(false);
            _kept = octets;
        }
    }

    private static string NameOf(MeterId meter) => $"model/{meter}";

    private byte[] Write(IReadOnlyList<ListedObject>? objects)
    {
        var to = new OctetWriter();
        to.Byte(Format);
        to.Text(Firmware);
        to.Number((ulong)(objects?.Count ?? 0));
        foreach (var one in objects ?? [])
        {
            to.Number(one.ClassId);
            to.Byte(one.Version);
            to.Number(one.Name.Packed);
        }

        KeyValuePair<(ushort, Obis), ScalerUnit>[] units = _isShared ? [] : [.. Units];
        to.Number((ulong)units.Length);
        foreach (var ((classId, name), unit) in units)
        {
            to.Number(classId);
            to.Number(name.Packed);
            to.Signed(unit.Scaler);
            to.Byte(unit.Unit.CosemCode);
        }

        to.Number((ulong)Profiles.Count);
        foreach (var (name, layout) in Profiles)
        {
            to.Number(name.Packed);
            to.Number((ulong)layout.PeriodSeconds);
            to.Number((ulong)layout.Entries);
            to.Byte(layout.NewestFirst ? (byte)1 : (byte)0);
            to.Byte(WithoutRange.Contains(name) ? (byte)1 : (byte)0);
            to.Number((ulong)layout.Columns.Length);
            foreach (var column in layout.Columns)
            {
                to.Number(column.ClassId);
                to.Number(column.Name.Packed);
                to.Byte(column.Attribute);
                to.Number(column.Index);
            }
        }

        return to.ToArray();
    }

    private void Read(ReadOnlyMemory<byte> octets)
    {
        var from = new OctetReader(octets);
        from.Byte();
        Firmware = from.Text();
        var objects = new ListedObject[from.Count()];
        for (var i = 0; i < objects.Length; i++)
        {
            objects[i] = new ListedObject((ushort)from.Number(), from.Byte(), Obis.FromPacked(from.Number()));
        }

        Objects = objects.Length == 0 ? null : objects;
        for (var left = from.Count(); left > 0; left--)
        {
            Units[((ushort)from.Number(), Obis.FromPacked(from.Number()))] = new ScalerUnit((sbyte)from.Signed(), Unit.FromCosem(from.Byte()));
        }

        for (var left = from.Count(); left > 0; left--)
        {
            var name = Obis.FromPacked(from.Number());
            var (period, entries, newest, withoutRange) = ((int)from.Number(), (int)from.Number(), from.Byte() != 0, from.Byte() != 0);
            var columns = new CaptureObject[from.Count()];
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i] = new CaptureObject((ushort)from.Number(), Obis.FromPacked(from.Number()), from.Byte(), (ushort)from.Number());
            }

            Profiles[name] = new ProfileLayout(columns, period, newest, entries);
            if (withoutRange)
            {
                WithoutRange.Add(name);
            }
        }
    }
}
