using System.Globalization;
using Protocols.Dlms.AXdr;
using Protocols.Dlms.Model;

namespace Simulation.HeadEnd.Door;

/// <summary>Data as a person reads it.</summary>
internal static class DataText
{
    /// <summary>A whole Data.</summary>
    internal static string Of(ReadOnlySpan<byte> data)
    {
        var reader = new AXdrReader(data);
        return Next(ref reader) ?? "what cannot be read";
    }

    /// <summary>The next element with everything in it; null where it does not fit.</summary>
    internal static string? Next(ref AXdrReader reader)
    {
        if (!reader.TryItem(out var item))
        {
            return null;
        }

        if (item.Tag is AXdrTag.Array or AXdrTag.Structure)
        {
            var parts = new List<string>();
            for (var i = 0; i < item.Count; i++)
            {
                if (Next(ref reader) is not { } part)
                {
                    return null;
                }

                parts.Add(part);
            }

            return $"[{string.Join(", ", parts)}]";
        }

        return item.Tag switch
        {
            AXdrTag.Null => "-",
            AXdrTag.Boolean => item.Content[0] != 0 ? "yes" : "no",
            AXdrTag.OctetString or AXdrTag.VisibleString => Octets(item.Content),
            _ => AXdrNumbers.TryInteger(item, out var number) ? number.ToString(CultureInfo.InvariantCulture) : Convert.ToHexString(item.Content),
        };
    }

    private static string Octets(ReadOnlySpan<byte> octets) =>
        octets.Length == CosemTime.Size && CosemTime.TryRead(octets, DeviationSign.Standard, out var time) && time.IsCalendar ? time.ToString()
        : octets.Length > 0 && !octets.ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) ? System.Text.Encoding.ASCII.GetString(octets)
        : Convert.ToHexString(octets);
}
