using Metering;
using Metering.Ledger;

namespace Concentrator.Store.Books;

/// <summary>The ownership list in force; the last one wins.</summary>
/// <param name="Hash">SHA-256 over what was signed.</param>
/// <param name="Boxes">Which box reads each meter.</param>
internal sealed record OwnershipRecord(long Version, string IssuedAt, string KeyId, ReadOnlyMemory<byte> Hash, IReadOnlyDictionary<MeterId, string> Boxes)
{
    internal NewRecord ToRecord(BoxTime now)
    {
        var to = new OctetWriter();
        to.Number((ulong)Version);
        to.Text(IssuedAt);
        to.Text(KeyId);
        to.Octets(Hash.Span);
        var boxes = Boxes.GroupBy(entry => entry.Value, entry => entry.Key).ToList();
        to.Number((ulong)boxes.Count);
        foreach (var box in boxes)
        {
            to.Text(box.Key);
            to.Number((ulong)box.Count());
            foreach (var meter in box)
            {
                to.Text(meter.Text);
            }
        }

        return new NewRecord(RecordType.Ownership, RecordClass.None, now, to.ToArray());
    }

    internal static OwnershipRecord Parse(ReadOnlyMemory<byte> payload)
    {
        var from = new OctetReader(payload);
        var (version, issuedAt, keyId, hash) = ((long)from.Number(), from.Text(), from.Text(), from.Octets());
        var boxes = new Dictionary<MeterId, string>();
        for (var left = from.Count(); left > 0; left--)
        {
            var box = from.Text();
            for (var meters = from.Count(); meters > 0; meters--)
            {
                boxes[MeterId.Parse(from.Text())] = box;
            }
        }

        return new OwnershipRecord(version, issuedAt, keyId, hash, boxes);
    }
}
