using System.Buffers.Binary;

namespace Protocols.Dlms.AXdr;

/// <summary>One element of Data: its tag, and its own octets, or how many elements follow it.</summary>
/// <param name="tag">Its type.</param>
/// <param name="count">Elements that follow (array, structure), else 0; bits of a bit string.</param>
/// <param name="content">Its octets without tag and length; of a compact array the type description and the contents with their length.</param>
public readonly ref struct AXdrItem(AXdrTag tag, int count, ReadOnlySpan<byte> content)
{
    /// <summary>Its type.</summary>
    public AXdrTag Tag { get; } = tag;

    /// <summary>Elements that follow; bits of a bit string.</summary>
    public int Count { get; } = count;

    /// <summary>Its octets.</summary>
    public ReadOnlySpan<byte> Content { get; } = content;
}

/// <summary>
/// Reads A-XDR from octets, forward only. Lengths and counts are checked against the octets that are there before anything is believed; what does not fit gives false.
/// </summary>
public ref struct AXdrReader(ReadOnlySpan<byte> octets)
{
    /// <summary>Deeper nesting than this is refused: no meter needs it, and a hostile one could exhaust the stack.</summary>
    public const int MostDepth = 16;

    private readonly ReadOnlySpan<byte> _octets = octets;
    private int _at;

    /// <summary>Octets read so far.</summary>
    public readonly int Position => _at;

    /// <summary>Octets left.</summary>
    public readonly int Remaining => _octets.Length - _at;

    /// <summary>The next element; of an array or a structure only its head.</summary>
    public bool TryItem(out AXdrItem item)
    {
        item = default;
        if ((uint)_at >= (uint)_octets.Length)
        {
            return false;
        }

        var tag = _octets[_at];
        var size = AXdrTags.SizeOf(tag);
        if (size < 0)
        {
            return size == AXdrTags.Variable && TryVariable((AXdrTag)tag, out item);
        }

        if (size > Remaining - 1)
        {
            return false;
        }

        item = new AXdrItem((AXdrTag)tag, 0, _octets.Slice(_at + 1, size));
        _at += 1 + size;
        return true;
    }

    /// <summary>True where the octets are one whole element and nothing else.</summary>
    public static bool IsOneData(ReadOnlySpan<byte> octets)
    {
        var reader = new AXdrReader(octets);
        return reader.TrySkip() && reader.Remaining == 0;
    }

    /// <summary>The next element, which must be an integer, an enumeration or a Boolean.</summary>
    public bool TryInteger(out Int128 number)
    {
        number = 0;
        return TryItem(out var item) && AXdrNumbers.TryInteger(item, out number);
    }

    /// <summary>Passes over one whole element, with everything in it. What is nested deeper than <see cref="MostDepth"/> does not fit.</summary>
    public bool TrySkip()
    {
        var octets = _octets;
        Span<int> around = stackalloc int[MostDepth]; // how many elements are still to come in what lies around
        for (var (at, left, depth) = (_at, 1, 0); ;)
        {
            while (left == 0)
            {
                if (depth == 0)
                {
                    _at = at;
                    return true;
                }

                left = around[--depth];
            }

            if ((uint)at >= (uint)octets.Length)
            {
                return false;
            }

            left--;
            var tag = octets[at];
            var size = AXdrTags.SizeOf(tag);
            var count = 0;
            if (size >= 0)
            {
                at += 1 + size;
            }
            else if (tag is (byte)AXdrTag.OctetString or (byte)AXdrTag.Structure && at + 1 < octets.Length && octets[at + 1] < 0x80)
            {
                count = octets[at + 1]; // both are short nearly always
                at += 2;
                (at, count) = tag == (byte)AXdrTag.OctetString ? (at + count, 0) : (at, count);
            }
            else
            {
                _at = at;
                if (size == AXdrTags.Unknown || !TryVariable((AXdrTag)tag, out var item))
                {
                    return false;
                }

                at = _at;
                count = item.Tag is AXdrTag.Array or AXdrTag.Structure ? item.Count : 0;
            }

            if (at > octets.Length)
            {
                return false;
            }

            if (count > 0)
            {
                if (depth == MostDepth)
                {
                    return false;
                }

                around[depth++] = left;
                left = count;
            }
        }
    }

    /// <summary>A length or a count: one octet below 128, else 81, 82, 83 or 84 and so many octets.</summary>
    public bool TryLength(out int length)
    {
        length = 0;
        if (_at >= _octets.Length)
        {
            return false;
        }

        int first = _octets[_at++];
        if (first < 0x80)
        {
            length = first;
            return true;
        }

        var octets = first & 0x7F;
        if (octets is 0 or > 4 || octets > Remaining)
        {
            return false;
        }

        uint value = 0;
        for (var i = 0; i < octets; i++)
        {
            value = (value << 8) | _octets[_at++];
        }

        length = (int)value;
        return value <= int.MaxValue;
    }

    /// <summary>So many octets.</summary>
    public bool TryOctets(int count, out ReadOnlySpan<byte> octets)
    {
        octets = default;
        if (count < 0 || count > Remaining)
        {
            return false;
        }

        octets = _octets.Slice(_at, count);
        _at += count;
        return true;
    }

    /// <summary>An element that has no fixed size. Where it does not fit, nothing is read.</summary>
    private bool TryVariable(AXdrTag tag, out AXdrItem item)
    {
        var start = _at++;
        if (TryContent(tag, out item))
        {
            return true;
        }

        _at = start;
        return false;
    }

    private bool TryContent(AXdrTag tag, out AXdrItem item)
    {
        item = default;
        var start = _at;
        if (tag == AXdrTag.CompactArray)
        {
            if (!CompactArray.TrySkipType(ref this, CompactArray.MostTypeDepth) || !TryLength(out var contents) || !TryOctets(contents, out _))
            {
                return false;
            }

            item = new AXdrItem(tag, 0, _octets[start.._at]);
            return true;
        }

        if (!TryLength(out var length))
        {
            return false;
        }

        if (tag is AXdrTag.Array or AXdrTag.Structure)
        {
            item = new AXdrItem(tag, length, default);
            return length <= Remaining; // an element takes one octet at least
        }

        var octets = tag == AXdrTag.BitString ? (length / 8) + (length % 8 > 0 ? 1 : 0) : length;
        if (!TryOctets(octets, out var content))
        {
            return false;
        }

        item = new AXdrItem(tag, tag == AXdrTag.BitString ? length : 0, content);
        return true;
    }
}

/// <summary>Numbers out of the content of an element.</summary>
public static class AXdrNumbers
{
    /// <summary>The integer of any integer, enumeration or Boolean element. False for others.</summary>
    public static bool TryInteger(in AXdrItem item, out Int128 number)
    {
        var content = item.Content;
        (var known, number) = item.Tag switch
        {
            AXdrTag.Int8 or AXdrTag.DeltaInt8 => (true, (sbyte)content[0]),
            AXdrTag.UInt8 or AXdrTag.Enum or AXdrTag.Boolean or AXdrTag.DeltaUInt8 => (true, content[0]),
            AXdrTag.Int16 or AXdrTag.DeltaInt16 => (true, BinaryPrimitives.ReadInt16BigEndian(content)),
            AXdrTag.UInt16 or AXdrTag.DeltaUInt16 => (true, BinaryPrimitives.ReadUInt16BigEndian(content)),
            AXdrTag.Int32 or AXdrTag.DeltaInt32 => (true, BinaryPrimitives.ReadInt32BigEndian(content)),
            AXdrTag.UInt32 or AXdrTag.DeltaUInt32 => (true, BinaryPrimitives.ReadUInt32BigEndian(content)),
            AXdrTag.Int64 => (true, BinaryPrimitives.ReadInt64BigEndian(content)),
            AXdrTag.UInt64 => (true, BinaryPrimitives.ReadUInt64BigEndian(content)),
            _ => (false, (Int128)0),
        };
        return known;
    }
}
