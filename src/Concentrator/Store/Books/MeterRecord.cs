using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>A meter in the books; the last one wins.</summary>
/// <param name="Meter">Its identity.</param>
/// <param name="Media">Medium in words.</param>
/// <param name="FirstHeard">UTC; null while the box had no time.</param>
/// <param name="Place">Metering point, or null.</param>
internal sealed record MeterRecord(MeterId Meter, string Media, DateTime? FirstHeard, string? Place)
{
    internal NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        to.Text(Meter.Text);
        to.Text(Media);
        to.Instant(FirstHeard);
        to.Text(Place);
        return new NewRecord(RecordType.Meter, RecordClass.None, now, to.ToArray());
    }

    internal static MeterRecord Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        return new MeterRecord(MeterId.Parse(from.Text()), from.Text(), from.Instant(), from.OptionalText());
    }
}
