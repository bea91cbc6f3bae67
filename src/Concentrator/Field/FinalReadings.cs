using Concentrator.Ports;
using Metering;
using Metering.Ledger;

namespace Concentrator.Field;

/// <summary>What a meter said last of each cumulative quantity, out of the archive, with the hash of the ledger's seal over it.</summary>
internal sealed class FinalReadings(IReadingArchive archive, ILedgerAnchors anchors, ITimeSource time)
{
    /// <summary>Meters are read every day, and a monthly index counts too.</summary>
    private static readonly TimeSpan[] Reaches = [TimeSpan.FromDays(2), TimeSpan.FromDays(40)];

    private const int MostRows = 200_000;

    /// <summary>The values; none where the meter said nothing, or the box has no time to look back from.</summary>
    /// <exception cref="ArchiveBusyException">The archive is being rebuilt.</exception>
    internal async ValueTask<IReadOnlyList<FinalValue>> OfAsync(MeterId meter, DateTime? at, CancellationToken stop)
    {
        if ((at ?? time.Now.Utc) is not { } until)
        {
            return [];
        }

        foreach (var reach in Reaches)
        {
            var last = new Dictionary<string, ArchivedRow>(StringComparer.Ordinal);
            await foreach (var row in archive.QueryAsync(new ArchiveQuery(meter, null, until - reach, until, MostRows), stop).ConfigureAwait(false))
            {
                if (row.Value is not null && IsCumulative(row))
                {
                    last[row.Column] = row; // oldest first
                }
            }

            if (last.Count > 0)
            {
                return [.. last.Values.OrderBy(row => row.Column, StringComparer.Ordinal).Take(MeterLifeRecord.MostFinals).Select(Of)];
            }
        }

        return [];
    }

    /// <summary>Energy and volume: an instantaneous power settles no bill.</summary>
    private static bool IsCumulative(ArchivedRow row) => row.Unit is "Wh" or "VAh" or "varh" or "m3" or "J" or "kg" or "t" or "HCA";

    private FinalValue Of(ArchivedRow row)
    {
        Span<byte> hash = stackalloc byte[32];
        var proof = anchors.TryGetChainHash(row.Sequence, hash) ? Convert.ToHexStringLower(hash) : "";
        return new FinalValue(row.Key, row.Column, row.At, row.Value!, row.Scaler, row.Unit, row.Sequence, proof);
    }
}
