using Concentrator.Store.Files;
using Concentrator.Store.Ledgers;
using Metering.Ledger;

namespace Concentrator.Store;

/// <summary>What an inspection of a ledger directory found; needs no running service and changes nothing.</summary>
/// <param name="Segments">Segment files by log.</param>
/// <param name="Records">Records by type, seals not counted.</param>
/// <param name="Octets">Octets of sealed records.</param>
/// <param name="First">Lowest sequence found, 0 where there is none.</param>
/// <param name="Last">Highest sealed sequence, 0 where there is none.</param>
/// <param name="FinalHash">Chain hash of each log's last seal, lower-case hex: what an auditor writes down.</param>
/// <param name="Unsealed">Segments that end in octets a kill left behind; nobody was told about them.</param>
/// <param name="Faults">What cannot be read although it was sealed; empty where all is well.</param>
internal sealed record LedgerInspection(
    IReadOnlyDictionary<LogKind, int> Segments, IReadOnlyDictionary<RecordType, long> Records, long Octets, ulong First, ulong Last,
    IReadOnlyDictionary<LogKind, string> FinalHash, int Unsealed, IReadOnlyList<string> Faults)
{
    /// <summary>Reads every octet of the ledger in a directory.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static LedgerInspection Of(string directory)
    {
        var files = Directory.Exists(directory) ? new DiskFiles(directory) : throw new DirectoryNotFoundException($"{directory} is not there: no ledger was ever kept in this state directory");
        var segments = new Dictionary<LogKind, int>();
        var records = new SortedDictionary<RecordType, long>();
        var hashes = new Dictionary<LogKind, string>();
        var faults = new List<string>();
        var (octets, first, last, unsealed) = (0L, ulong.MaxValue, 0UL, 0);
        foreach (var log in Enum.GetValues<LogKind>())
        {
            var names = SegmentNames.NumbersOf(log, files.List()).Select(number => SegmentNames.Of(log, number)).ToList();
            segments[log] = names.Count;
            for (var i = 0; i < names.Count; i++)
            {
                var scan = Scan(files, names[i]);
                if (i + 1 < names.Count && scan.Header is not null && Scan(files, names[i + 1]).Header is { } successor)
                {
                    scan = scan.EndingWhere(successor.PredecessorHash);
                }

                unsealed += scan.Leftover ? 1 : 0;
                if (scan.Damage is not null)
                {
                    faults.Add($"{names[i]}: {scan.Damage}");
                }

                foreach (var batch in scan.Batches)
                {
                    octets += batch.Length;
                    (first, last) = (Math.Min(first, batch.First), Math.Max(last, batch.Last));
                    hashes[log] = Convert.ToHexStringLower(batch.Hash.Span);
                }

                Count(files, names[i], scan, records);
            }
        }

        return new LedgerInspection(segments, records, octets, first == ulong.MaxValue ? 0 : first, last, hashes, unsealed, faults);
    }

    private static SegmentScan Scan(DiskFiles files, string name)
    {
        using var file = files.Open(name, create: false);
        return SegmentScan.Read(file);
    }

    private static void Count(DiskFiles files, string name, SegmentScan scan, SortedDictionary<RecordType, long> records)
    {
        if (scan.Header is null)
        {
            return;
        }

        using var segment = Segment.Open(files, name, scan);
        foreach (var batch in scan.Batches)
        {
            var octets = segment.Read(batch);
            for (var at = 0; RecordHeader.TryRead(octets.AsSpan(at), scan.Header.Nonce, out var header, out var length); at += RecordHeader.Size + length)
            {
                records[header.Type] = records.GetValueOrDefault(header.Type) + 1;
            }
        }
    }
}
