using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Metering;

/// <summary>
/// The device that measured, whatever the path and for ever: 4 to 40 characters of A-Z, 0-9 and '-'.
/// DLMS: the logical device name (<c>LGZ1030655933512</c>); M-Bus: maker, number, version, type (<c>GWI-12345678-3C-03</c>).
/// Link addresses (EUI, short address, SAP) are never identity.
/// </summary>
public readonly record struct MeterId : IComparable<MeterId>
{
    private readonly string? _text;

    private MeterId(string text) => _text = text;

    /// <summary>No meter: what <c>default</c> gives.</summary>
    public bool IsNone => _text is null;

    /// <summary>The id as it stands in topics, files and logs; empty for none.</summary>
    public string Text => _text ?? "";

    /// <summary>Takes text that already is an id. False when a character or the length does not fit.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out MeterId id)
    {
        id = default;
        if (text is null || text.Length is < 4 or > 40)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!(char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '-'))
            {
                return false;
            }
        }

        id = new MeterId(text);
        return true;
    }

    /// <summary>As <see cref="TryParse"/>, for ids that this program wrote itself.</summary>
    /// <exception cref="FormatException">The text is not an id.</exception>
    public static MeterId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"\"{text}\" is not a meter id: 4 to 40 of A-Z, 0-9 and '-'");

    /// <summary>The id of an M-Bus device (EN 13757-7 M and A fields).</summary>
    /// <param name="manufacturer">M field; bit 15 (address not globally unique) is not part of the letters.</param>
    /// <param name="number">Identification number as the four octets read as one little-endian number: BCD, nibbles A-F occur.</param>
    /// <param name="version">Version octet.</param>
    /// <param name="type">Device type octet.</param>
    public static MeterId ForMBus(ushort manufacturer, uint number, byte version, byte type) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{FlagLetters(manufacturer)}-{number:X8}-{version:X2}-{type:X2}"));

    /// <summary>The three FLAG letters of an M field; letters outside A-Z are written as the M field in hex (<c>X2C2D</c>).</summary>
    public static string FlagLetters(ushort manufacturer)
    {
        Span<char> letters = [Letter(manufacturer >> 10), Letter(manufacturer >> 5), Letter(manufacturer)];
        return letters.Contains('?') ? string.Create(CultureInfo.InvariantCulture, $"X{manufacturer:X4}") : new string(letters);

        static char Letter(int bits) => (bits & 0x1F) is var n and >= 1 and <= 26 ? (char)('A' - 1 + n) : '?';
    }

    /// <inheritdoc/>
    public int CompareTo(MeterId other) => string.CompareOrdinal(Text, other.Text);

    /// <inheritdoc/>
    public override string ToString() => Text;

    public static bool operator <(MeterId left, MeterId right) => left.CompareTo(right) < 0;
    public static bool operator >(MeterId left, MeterId right) => left.CompareTo(right) > 0;
    public static bool operator <=(MeterId left, MeterId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(MeterId left, MeterId right) => left.CompareTo(right) >= 0;
}
