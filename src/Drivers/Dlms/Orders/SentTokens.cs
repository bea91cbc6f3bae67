using System.Security.Cryptography;
using Metering.Ledger;

namespace Drivers.Dlms.Orders;

/// <summary>
/// The tokens that were sent to a meter, written down before they are: none is ever sent twice, whoever orders it and whatever became of the first try. What is kept are eight octets of a
/// hash: enough to know one again.
/// </summary>
internal static class SentTokens
{
    private const int Kept = 64, MarkSize = 8;

    /// <summary>Name of a token among others.</summary>
    internal static byte[] MarkOf(ReadOnlySpan<byte> token) => SHA256.HashData(token)[..MarkSize];

    /// <summary>It was sent before.</summary>
    /// <param name="credit">The credit as it was then; null where it was not known.</param>
    internal static bool Has(OrderMeter meter, ReadOnlySpan<byte> mark, out long? credit)
    {
        foreach (var (known, before) in Load(meter))
        {
            if (known.AsSpan().SequenceEqual(mark))
            {
                credit = before;
                return true;
            }
        }

        credit = null;
        return false;
    }

    /// <summary>Writes down that a token is about to be sent.</summary>
    internal static ValueTask AddAsync(OrderMeter meter, byte[] mark, long? credit, CancellationToken stop)
    {
        var to = new OctetWriter();
        foreach (var (known, before) in Load(meter).TakeLast(Kept - 1).Append((mark, credit)))
        {
            to.Raw(known);
            to.Byte(before is null ? (byte)0 : (byte)1);
            to.Signed(before ?? 0);
        }

        return meter.Memory.SaveAsync(meter.Driver, NameOf(meter), to.ToArray(), stop);
    }

    private static List<(byte[] Mark, long? Credit)> Load(OrderMeter meter)
    {
        var all = new List<(byte[], long?)>();
        var from = new OctetReader(meter.Memory.Load(meter.Driver, NameOf(meter)));
        while (!from.AtEnd)
        {
            var (mark, isKnown, credit) = (from.Raw(MarkSize).ToArray(), from.Byte() != 0, from.Signed());
            all.Add((mark, isKnown ? credit : null));
        }

        return all;
    }

    private static string NameOf(OrderMeter meter) => $"tokens/{meter.Id}";
}
