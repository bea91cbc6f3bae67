using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Metering;

/// <summary>
/// An OBIS code (IEC 62056-6-1, EN 13757-1): six value groups, written reduced as <c>A-B:C.D.E*F</c> with F always written.
/// </summary>
public readonly record struct Obis(byte A, byte B, byte C, byte D, byte E, byte F) : IComparable<Obis>
{
    /// <summary>No code: 0-0:0.0.0*0, which no object has.</summary>
    public static Obis None => default;

    /// <summary>True where no OBIS code is known for a value.</summary>
    public bool IsNone => this == default;

    /// <summary>The six groups as one number, A most significant.</summary>
    public ulong Packed => ((ulong)A << 40) | ((ulong)B << 32) | ((ulong)C << 24) | ((ulong)D << 16) | ((ulong)E << 8) | F;

    /// <summary>The opposite of <see cref="Packed"/>; bits above 48 are ignored.</summary>
    public static Obis FromPacked(ulong packed) =>
        new((byte)(packed >> 40), (byte)(packed >> 32), (byte)(packed >> 24), (byte)(packed >> 16), (byte)(packed >> 8), (byte)packed);

    /// <summary>Reads <c>A-B:C.D.E*F</c>; a missing <c>*F</c> is read as 255.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Obis obis)
    {
        obis = default;
        if (text is null)
        {
            return false;
        }

        Span<byte> groups = [0, 0, 0, 0, 0, 255];
        ReadOnlySpan<char> separators = "-:..*";
        var rest = text.AsSpan();
        for (var group = 0; group < 6; group++)
        {
            var end = group < 5 ? rest.IndexOf(separators[group]) : rest.Length;
            var last = end < 0;
            if (last && group != 4)
            {
                return false;
            }

            if (!byte.TryParse(last ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out groups[group]))
            {
                return false;
            }

            if (last)
            {
                break;
            }

            rest = group < 5 ? rest[(end + 1)..] : default;
        }

        obis = new Obis(groups[0], groups[1], groups[2], groups[3], groups[4], groups[5]);
        return true;
    }

    /// <summary>As <see cref="TryParse"/>, for codes that this program wrote itself.</summary>
    /// <exception cref="FormatException">The text is not an OBIS code.</exception>
    public static Obis Parse(string text) =>
        TryParse(text, out var obis) ? obis : throw new FormatException($"\"{text}\" is not an OBIS code A-B:C.D.E*F");

    /// <inheritdoc/>
    public int CompareTo(Obis other) => Packed.CompareTo(other.Packed);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{A}-{B}:{C}.{D}.{E}*{F}");

    public static bool operator <(Obis left, Obis right) => left.CompareTo(right) < 0;
    public static bool operator >(Obis left, Obis right) => left.CompareTo(right) > 0;
    public static bool operator <=(Obis left, Obis right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Obis left, Obis right) => left.CompareTo(right) >= 0;
}
