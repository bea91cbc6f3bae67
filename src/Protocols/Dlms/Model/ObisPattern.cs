using Metering;

namespace Protocols.Dlms.Model;

/// <summary>A logical name with groups left open: <c>1-0:*.8.*</c>; groups behind the last one written are open too.</summary>
public readonly record struct ObisPattern(ulong Bits, ulong Mask)
{
    /// <summary>It fits nothing: text that is no pattern.</summary>
    public bool IsNone => Mask == 0;

    /// <summary>True where the name fits.</summary>
    public bool Fits(Obis name) => !IsNone && (name.Packed & Mask) == Bits;

    /// <summary>Reads a pattern; gives none where the text is no pattern.</summary>
    public static ObisPattern Parse(string text)
    {
        ulong bits = 0, mask = 0;
        var groups = text.Split('-', ':', '.');
        if (groups.Length is < 2 or > 5)
        {
            return default;
        }

        for (var i = 0; i < groups.Length; i++)
        {
            if (groups[i] == "*")
            {
                continue;
            }

            if (!byte.TryParse(groups[i], out var value))
            {
                return default;
            }

            bits |= (ulong)value << (40 - (8 * i));
            mask |= 0xFFul << (40 - (8 * i));
        }

        return new ObisPattern(bits, mask);
    }
}
