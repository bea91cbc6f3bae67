using Metering.Driver;

namespace Metering.Ledger;

/// <summary>What stands in the bulk log for events out of a meter's own log: the events, and the octets they were taken from.</summary>
/// <param name="Source">The driver.</param>
/// <param name="Octets">As read.</param>
/// <param name="Task">The collection task that asked, or null.</param>
public sealed record MeterEventsRecord(MeterId Meter, string Source, IReadOnlyList<MeterEvent> Events, ReadOnlyMemory<byte> Octets, string? Task = null)
{
    private const byte Version = 1;

    /// <summary>The payload of a <see cref="RecordType.MeterEvents"/>.</summary>
    public byte[] ToPayload()
    {
        var to = new OctetWriter();
        to.Byte(Version);
        to.Text(Meter.Text);
        to.Text(Source);
        to.Octets(Octets.Span);
        to.Text(Task);
        to.Number((ulong)Events.Count);
        foreach (var one in Events)
        {
            to.Number(one.Log.Packed);
            to.Signed(one.Number);
            to.Text(one.Set);
            ValueCodec.Write(to, Value.Instant(one.OccurredAt));
            to.Number((ulong)one.Occurrence);
            to.Text(one.Text);
        }

        return to.ToArray();
    }

    /// <summary>Reads a payload back.</summary>
    /// <exception cref="InvalidDataException">Written by a newer version.</exception>
    public static MeterEventsRecord Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        if (from.Byte() != Version)
        {
            throw new InvalidDataException("events of a meter in a format of a newer version");
        }

        var (meter, source, octets, task) = (MeterId.Parse(from.Text()), from.Text(), from.Octets(), from.OptionalText());
        var events = new List<MeterEvent>();
        for (var count = from.Number(); count > 0; count--)
        {
            events.Add(new MeterEvent(Obis.FromPacked(from.Number()), (int)from.Signed(), from.Text(), ValueCodec.Read(ref from).AsInstant, (int)from.Number(), from.Text()));
        }

        return new MeterEventsRecord(meter, source, events, octets, task);
    }
}
