using System.Buffers;
using Protocols.Framing;

namespace Protocols.P1;

/// <summary>
/// Cuts octets into telegrams. A telegram begins with a slash and ends with the line that begins with an exclamation mark; a slash at the start of a line inside one begins the next,
/// for the first was cut off. After damage it goes on at the next octet. Readouts at 7E1 on a port of eight bits are known by the parity bit of their slash, which is taken off.
/// </summary>
public sealed class P1Framer
{
    /// <summary>Octets behind the exclamation mark: four digits and CR LF.</summary>
    private const int Tail = 6;
    /// <summary>After so many slashes that began nothing the octets that were searched are given up: each may be the start after a loss, but a line of nothing but slashes must not cost more than others.</summary>
    private const int MostStarts = 64;

    private const byte SlashWithParity = 0xAF, SevenBits = 0x7F, StartOfText = 0x02;

    private readonly FrameSearch _search = new(P1Telegram.Longest + 1 + Tail, P1Telegram.Slash);
    private int _scanned, _starts;
    private bool _idle;

    /// <summary>Tells that the line is silent: what is unfinished will not be finished.</summary>
    public void LineIdle() => _idle = true;

    /// <summary>Takes the next telegram, or rubbish, from the front of <paramref name="input"/>; line ends and blanks between telegrams are consumed silently.</summary>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out P1Telegram telegram, out FrameFault fault)
    {
        (telegram, fault) = (default, FrameFault.None);
        while (!input.IsEmpty && input.FirstSpan.IsEmpty is false && input.FirstSpan[0] is (byte)'\r' or (byte)'\n' or (byte)' ' or 0)
        {
            input = input.Slice(1);
        }

        if (input.IsEmpty)
        {
            _idle = false;
            return FrameRead.NeedMore;
        }

        var octets = _search.Front(input).Span;
        if (octets[0] is not (P1Telegram.Slash or SlashWithParity))
        {
            var start = octets.IndexOfAny(P1Telegram.Slash, SlashWithParity);
            return Skip(ref input, start < 0 ? octets.Length : start, FrameFault.Garbage, out fault);
        }

        return Open(ref input, octets, out telegram, out fault);
    }

    private FrameRead Open(ref ReadOnlySequence<byte> input, ReadOnlySpan<byte> octets, out P1Telegram telegram, out FrameFault fault)
    {
        (telegram, fault) = (default, FrameFault.None);
        var mask = octets[0] == SlashWithParity ? SevenBits : (byte)0xFF;
        for (var at = Math.Max(1, _scanned); at < octets.Length; at++)
        {
            if ((octets[at - 1] & mask) != P1Telegram.LineFeed)
            {
                continue;
            }

            switch (octets[at] & mask)
            {
                case P1Telegram.Slash:
                    return Skip(ref input, at, FrameFault.Unfinished, out fault);
                case P1Telegram.Exclamation:
                    _scanned = at;
                    return Close(ref input, octets, at, mask, out telegram, out fault);
            }
        }

        _scanned = octets.Length;
        if (octets.Length > P1Telegram.Longest)
        {
            return Restart(ref input, octets.Length, FrameFault.BadHeader, out fault);
        }

        return _idle ? Restart(ref input, octets.Length, FrameFault.Unfinished, out fault) : FrameRead.NeedMore;
    }

    /// <summary>The mark is there: what follows is the CRC, digits up to the end of the line.</summary>
    private FrameRead Close(ref ReadOnlySequence<byte> input, ReadOnlySpan<byte> octets, int mark, byte mask, out P1Telegram telegram, out FrameFault fault)
    {
        (telegram, fault) = (default, FrameFault.None);
        var (end, crc) = (mark + 1, 0);
        while (end < octets.Length && end - mark <= 4 && char.IsAsciiHexDigit((char)(octets[end] & mask)))
        {
            crc = (crc << 4) | HexValue((byte)(octets[end] & mask));
            end++;
        }

        if (end == octets.Length && octets.Length - mark < Tail && !_idle)
        {
            return FrameRead.NeedMore;
        }

        // What stands behind the mark and is no CRC up to the end of the line is a damaged one: a telegram is not taken unchecked because its check was hit.
        var isChecked = end > mark + 1;
        var isEnded = end == octets.Length || (octets[end] & mask) is '\r' or '\n';
        if (!isEnded || (isChecked && P1Crc16.Of(octets[..(mark + 1)]) != crc))
        {
            return Restart(ref input, mark, FrameFault.BadChecksum, out fault);
        }

        if (!isChecked && !IsReadout(octets[..mark], mask))
        {
            return Restart(ref input, mark, FrameFault.BadHeader, out fault);
        }

        var copy = octets[..end].ToArray();
        for (var i = 0; mask == SevenBits && i < copy.Length; i++)
        {
            copy[i] &= SevenBits;
        }

        telegram = new P1Telegram(copy, isChecked);
        input = input.Slice(end);
        (_scanned, _starts) = (0, 0);
        return FrameRead.Got;
    }

    /// <summary>Where no CRC tells a readout from noise its characters do: three letters of the manufacturer, then nothing but text.</summary>
    private static bool IsReadout(ReadOnlySpan<byte> octets, byte mask)
    {
        for (var at = 1; at < octets.Length; at++)
        {
            var octet = (byte)(octets[at] & mask);
            if (at <= 3 ? !char.IsAsciiLetter((char)octet) : octet is not (>= (byte)' ' and <= (byte)'~' or (byte)'\r' or P1Telegram.LineFeed or (byte)'\t' or StartOfText))
            {
                return false;
            }
        }

        return octets.Length > 3;
    }

    /// <summary>Goes on at the next octet, or, when that was done often enough, behind what was searched.</summary>
    private FrameRead Restart(ref ReadOnlySequence<byte> input, int searched, FrameFault why, out FrameFault fault)
    {
        var isOver = ++_starts >= MostStarts;
        _starts = isOver ? 0 : _starts;
        return Skip(ref input, isOver ? searched : 1, why, out fault);
    }

    private FrameRead Skip(ref ReadOnlySequence<byte> input, int count, FrameFault why, out FrameFault fault)
    {
        input = input.Slice(count);
        _scanned = 0;
        fault = why;
        return FrameRead.Skipped;
    }

    private static int HexValue(byte digit) => char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
