namespace Protocols.Dlms.AXdr;

/// <summary>The rows of a compact array, taken out of its contents one value after the other by the types that stand in front of them: nothing is expanded.</summary>
internal ref struct CompactRows
{
    private readonly ReadOnlySpan<byte> _types, _contents;
    private int _at, _column;

    private CompactRows(ReadOnlySpan<byte> types, ReadOnlySpan<byte> contents)
    {
        _types = types;
        _contents = contents;
    }

    /// <summary>Columns of a row.</summary>
    internal readonly int Columns => _types.Length;

    /// <summary>Octets taken so far.</summary>
    internal readonly int Position => _at;

    /// <summary>Octets of all contents.</summary>
    internal readonly int Length => _contents.Length;

    /// <summary>Opens the content of a compact array element. False where its rows hold more than simple values.</summary>
    internal static bool TryOpen(ReadOnlySpan<byte> compact, out CompactRows rows)
    {
        rows = default;
        var reader = new AXdrReader(compact);
        if (!reader.TryOctets(1, out var first))
        {
            return false;
        }

        var types = first;
        if (first[0] == (byte)AXdrTag.Structure && (!reader.TryLength(out var count) || !reader.TryOctets(count, out types)))
        {
            return false;
        }

        if (types.ContainsAny((byte)AXdrTag.Array, (byte)AXdrTag.Structure, (byte)AXdrTag.CompactArray) || !reader.TryLength(out var length) || length != reader.Remaining)
        {
            return false;
        }

        rows = new CompactRows(types, compact[reader.Position..]);
        return true;
    }

    /// <summary>How many rows there are; -1 where the contents do not end with one, or a row takes no octet.</summary>
    internal readonly int Count()
    {
        var walk = this;
        var rows = 0;
        for (; walk._at < walk.Length; rows++)
        {
            var before = walk._at;
            for (var column = 0; column < Columns; column++)
            {
                if (!walk.TryNext(out _))
                {
                    return -1;
                }
            }

            if (walk._at == before)
            {
                return -1;
            }
        }

        return rows;
    }

    /// <summary>The next value; after the last of a row the first of the next one.</summary>
    internal bool TryNext(out AXdrItem item)
    {
        item = default;
        var tag = _types[_column];
        var size = AXdrTags.SizeOf(tag);
        var bits = 0;
        if (size < 0)
        {
            var reader = new AXdrReader(_contents[_at..]);
            if (size == AXdrTags.Unknown || !reader.TryLength(out size))
            {
                return false;
            }

            _at += reader.Position;
            (bits, size) = tag == (byte)AXdrTag.BitString ? (size, (size / 8) + (size % 8 > 0 ? 1 : 0)) : (0, size);
        }

        if (size > Length - _at)
        {
            return false;
        }

        item = new AXdrItem((AXdrTag)tag, bits, _contents.Slice(_at, size));
        _at += size;
        _column = _column + 1 < Columns ? _column + 1 : 0;
        return true;
    }
}
