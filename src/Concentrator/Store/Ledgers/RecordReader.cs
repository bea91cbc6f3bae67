using Concentrator.Ports;
using Metering.Ledger;

namespace Concentrator.Store.Ledgers;

/// <summary>Gives records back by sequence and class, out of one log or both.</summary>
internal static class RecordReader
{
    /// <summary>Every record of a log in [first, last].</summary>
    internal static IEnumerable<StoredRecord> ReadAll(SegmentLog log, ulong first, ulong last)
    {
        foreach (var (nonce, _, octets) in log.Read(first, last))
        {
            var at = 0;
            while (RecordHeader.TryRead(octets.AsSpan(at), nonce, out var header, out var length))
            {
                if (header.Sequence >= first && header.Sequence <= last)
                {
                    yield return new StoredRecord(header.Sequence, header.Type, header.Class, header.Time, octets.AsMemory(at + RecordHeader.Size, length));
                }

                at += RecordHeader.Size + length;
            }
        }
    }

    /// <summary>Records of one class in order of sequence, at most so many, one at least.</summary>
    internal static List<StoredRecord> Read(
        IReadOnlyList<SegmentLog> logs, ulong first, ulong last, RecordClass recordClass, int maxRecords, int maxOctets, out ulong next)
    {
        next = last + 1;
        var found = new List<StoredRecord>();
        foreach (var log in logs)
        {
            var (records, octets) = (0, 0);
            foreach (var record in ReadAll(log, first, last).Where(record => record.Class == recordClass))
            {
                if (records > 0 && (records == maxRecords || octets + record.Payload.Length > maxOctets))
                {
                    next = Math.Min(next, record.Sequence);
                    break;
                }

                found.Add(record);
                (records, octets) = (records + 1, octets + record.Payload.Length);
            }
        }

        if (logs.Count > 1)
        {
            found.Sort((a, b) => a.Sequence.CompareTo(b.Sequence));
            Cut(found, maxRecords, maxOctets, ref next);
        }

        return found;
    }

    /// <summary>Two logs together may have given more than was asked for, or records beyond where one of them stopped.</summary>
    private static void Cut(List<StoredRecord> found, int maxRecords, int maxOctets, ref ulong next)
    {
        var octets = 0;
        for (var i = 0; i < found.Count; i++)
        {
            octets += found[i].Payload.Length;
            if (found[i].Sequence >= next || i == maxRecords || (i > 0 && octets > maxOctets))
            {
                next = Math.Min(next, found[i].Sequence);
                found.RemoveRange(i, found.Count - i);
                return;
            }
        }
    }
}
