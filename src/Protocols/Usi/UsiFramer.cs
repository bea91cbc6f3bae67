using System.Buffers;
using System.Buffers.Binary;
using Protocols.Framing;

namespace Protocols.Usi;

/// <summary>
/// Cuts octets into frames. Each frame has its own flags or shares them with its neighbours; flags without anything between them are passed over. After damage it goes on at the flag that
/// ended the frame, which may begin the next.
/// </summary>
public sealed class UsiFramer
{
    /// <summary>The longest frame, with every octet escaped.</summary>
    private const int Longest = 2 + (2 * (UsiFrame.HeaderLength + UsiFrame.LongestPayload + 4));

    private readonly FrameSearch _search = new(Longest, UsiFrame.Flag);
    private readonly byte[] _plain = new byte[UsiFrame.HeaderLength + UsiFrame.LongestPayload + 4];

    /// <summary>Tells that the line is silent: what is unfinished will not be finished.</summary>
    public void LineIdle() => _search.LineIdle();

    /// <summary>Takes the next frame, or rubbish, from the front of <paramref name="input"/>.</summary>
    /// <param name="frame">Holds until the next call.</param>
    public FrameRead Read(ref ReadOnlySequence<byte> input, out UsiFrame frame, out FrameFault fault)
    {
        (frame, fault) = (default, FrameFault.None);
        while (!_search.IsEmpty(input))
        {
            var octets = _search.Front(input).Span;
            if (octets[0] != UsiFrame.Flag)
            {
                return _search.Skip(ref input, 0, FrameFault.Garbage, out fault);
            }

            var from = octets.IndexOfAnyExcept(UsiFrame.Flag);
            if (from < 0)
            {
                if (octets.Length == 1)
                {
                    return FrameRead.NeedMore; // the flag of a frame that may follow
                }

                input = input.Slice(octets.Length - 1);
                continue;
            }

            if (from > 1)
            {
                input = input.Slice(from - 1);
                continue;
            }

            var end = octets[1..].IndexOf(UsiFrame.Flag);
            if (end < 0)
            {
                return octets.Length >= Longest ? _search.Skip(ref input, 1, FrameFault.BadHeader, out fault) : _search.Unfinished(ref input, out fault);
            }

            var read = Open(octets.Slice(1, end), out frame, out fault);
            input = input.Slice(1 + end);
            return read;
        }

        return FrameRead.NeedMore;
    }

    /// <summary>What stands between two flags.</summary>
    private FrameRead Open(ReadOnlySpan<byte> stuffed, out UsiFrame frame, out FrameFault fault)
    {
        (frame, fault) = (default, FrameFault.BadHeader);
        var length = Unstuff(stuffed);
        if (length <= UsiFrame.HeaderLength)
        {
            return FrameRead.Skipped;
        }

        var protocol = (UsiProtocol)(_plain[1] & 0x3F);
        var isLong = UsiProtocols.HasLongLength(protocol) && (_plain[UsiFrame.HeaderLength] & UsiFrame.LongBit) != 0;
        var payload = _plain[0] << 2 | _plain[1] >> 6 | (isLong ? 0x400 : 0);
        var check = UsiProtocols.CheckLength(protocol);
        if (payload == 0 || length != UsiFrame.HeaderLength + payload + check)
        {
            return FrameRead.Skipped;
        }

        Span<byte> sum = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(sum, UsiCheck.Of(protocol, _plain.AsSpan(0, length - check)));
        if (!sum[(4 - check)..].SequenceEqual(_plain.AsSpan(length - check, check)))
        {
            fault = FrameFault.BadChecksum;
            return FrameRead.Skipped;
        }

        _plain[UsiFrame.HeaderLength] &= isLong ? (byte)0x7F : (byte)0xFF;
        (frame, fault) = (new UsiFrame(protocol, _plain.AsMemory(UsiFrame.HeaderLength, payload)), FrameFault.None);
        return FrameRead.Got;
    }

    /// <summary>Takes the escapes out; 0 where one is none, or there is more than any frame has.</summary>
    private int Unstuff(ReadOnlySpan<byte> stuffed)
    {
        var length = 0;
        for (var at = 0; at < stuffed.Length; at++)
        {
            var octet = stuffed[at];
            if (octet == UsiFrame.Escape)
            {
                octet = ++at == stuffed.Length ? (byte)0 : stuffed[at] switch { UsiFrame.EscapedFlag => UsiFrame.Flag, UsiFrame.EscapedEscape => UsiFrame.Escape, _ => (byte)0 };
                if (octet == 0)
                {
                    return 0;
                }
            }

            if (length == _plain.Length)
            {
                return 0;
            }

            _plain[length++] = octet;
        }

        return length;
    }
}
