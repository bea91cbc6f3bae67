using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Model;

/// <summary>One cell of a profile, in sixteen octets: an integer, or where its octets lie.</summary>
public readonly record struct ProfileCell
{
    private readonly long _bits; // the number, or place and length

    private ProfileCell(AXdrTag tag, long bits) => (Tag, _bits) = (tag, bits);

    /// <summary>Its type; <see cref="AXdrTag.Null"/> where nothing was sent and nothing came before.</summary>
    public AXdrTag Tag { get; }

    /// <summary>null-data was sent: it is as in the row before.</summary>
    public bool IsRepeated { get; private init; }

    /// <summary>It has octets rather than a number.</summary>
    public bool HasOctets => Tag is AXdrTag.OctetString or AXdrTag.VisibleString or AXdrTag.Utf8String or AXdrTag.BitString or AXdrTag.DateTime or AXdrTag.Date or AXdrTag.Time
        or AXdrTag.Float32 or AXdrTag.Float64;

    /// <summary>The integer; 64 unsigned bits where the tag says so. 0 of what has octets.</summary>
    public long Number => HasOctets ? 0 : _bits;

    /// <summary>Octets of its content, bits of a bit string; 0 of a number.</summary>
    public int Length => HasOctets ? (int)_bits : 0;

    internal int At => (int)(_bits >> 32);

    internal static ProfileCell OfNumber(AXdrTag tag, long number) => new(tag, number);

    internal static ProfileCell OfOctets(AXdrTag tag, int at, int length) => new(tag, ((long)at << 32) | (uint)length);

    internal ProfileCell Repeated() => this with { IsRepeated = true };

    internal ProfileCell Plus(long delta) => new(Tag, unchecked(_bits + delta));
}
