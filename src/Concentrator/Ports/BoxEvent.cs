using Metering;
using Metering.Ledger;

namespace Concentrator.Ports;

/// <summary>Something that happened to the box itself and that its head-ends are to hear.</summary>
/// <param name="Type">A word for programs.</param>
/// <param name="Text">A sentence for people.</param>
public sealed record BoxEvent(string Type, string Text)
{
    /// <summary>As a record, delivered as an alarm.</summary>
    public NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        to.Text(Type);
        to.Text(Text);
        return new NewRecord(RecordType.BoxEvent, RecordClass.Alarm, now, to.ToArray());
    }

    /// <summary>The opposite.</summary>
    public static BoxEvent Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new BoxEvent(from.Text(), from.Text());
    }
}
