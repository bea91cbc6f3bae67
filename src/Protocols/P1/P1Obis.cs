using System.Buffers.Text;
using Metering;

namespace Protocols.P1;

/// <summary>
/// OBIS codes as lines write them: <c>1-0:1.8.1</c>, <c>1-0:1.8.0*255</c>, and the reduced ones of IEC 62056-21 (<c>1.8.0</c>, <c>F.F</c>, <c>C.1.0</c>), where the letters C, F, L and
/// P stand for 96, 97, 98 and 99 (IEC 62056-6-1 annex), and the medium that is left out is electricity or, for those, none.
/// </summary>
internal static class P1Obis
{
    private const int Longest = 24;

    internal static bool TryParse(ReadOnlySpan<byte> text, out Obis name)
    {
        name = default;
        if (text.Length is 0 or > Longest)
        {
            return false;
        }

        byte a = 1, b = 0, e = 0, f = 255;
        var hasMedium = TryBefore(ref text, (byte)'-', out a);
        if ((hasMedium && !TryBefore(ref text, (byte)':', out b)) || !TryGroup(ref text, out var c) || text.IsEmpty || text[0] != (byte)'.')
        {
            return false;
        }

        text = text[1..];
        if (!TryGroup(ref text, out var d))
        {
            return false;
        }

        if (!text.IsEmpty && text[0] == (byte)'.')
        {
            text = text[1..];
            if (!TryGroup(ref text, out e))
            {
                return false;
            }
        }

        if (!text.IsEmpty && text[0] is (byte)'*' or (byte)'&')
        {
            text = text[1..];
            if (!TryGroup(ref text, out f))
            {
                return false;
            }
        }

        name = new Obis(hasMedium ? a : c >= 96 ? (byte)0 : (byte)1, b, c, d, e, f);
        return text.IsEmpty;
    }

    /// <summary>A number up to a separator; nothing is taken where the separator is not there.</summary>
    private static bool TryBefore(ref ReadOnlySpan<byte> text, byte separator, out byte group)
    {
        group = 0;
        var end = text.IndexOf(separator);
        if (end < 1 || !Utf8Parser.TryParse(text[..end], out group, out var used) || used != end)
        {
            return false;
        }

        text = text[(end + 1)..];
        return true;
    }

    private static bool TryGroup(ref ReadOnlySpan<byte> text, out byte group)
    {
        group = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        group = text[0] switch { (byte)'C' => 96, (byte)'F' => 97, (byte)'L' => 98, (byte)'P' => 99, _ => 0 };
        var used = 1;
        if (group == 0 && !Utf8Parser.TryParse(text, out group, out used))
        {
            return false;
        }

        text = text[used..];
        return true;
    }
}
