using System.Text;
using Metering;

namespace Protocols;

/// <summary>A meter's own text as its identity: logical device names, equipment identifiers.</summary>
public static class MeterIdText
{
    /// <summary>The identity a text gives: itself in capitals, or, where that is no meter id, its octets in hex. Null where it is too short or too long for both.</summary>
    public static MeterId? Of(ReadOnlySpan<byte> text)
    {
        text = text.TrimEnd([(byte)0, (byte)' ']);
        return MeterId.TryParse(Encoding.Latin1.GetString(text[..Math.Min(text.Length, 64)]).ToUpperInvariant(), out var id) ? id
            : text.Length is >= 2 and <= 18 && MeterId.TryParse("LDN-" + Convert.ToHexString(text), out id) ? id : null;
    }

    /// <summary>The identity of a device of which only the system title is known.</summary>
    public static MeterId OfTitle(ReadOnlySpan<byte> title) => MeterId.Parse("ST-" + Convert.ToHexString(title));
}
