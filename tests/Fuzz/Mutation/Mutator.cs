using System.Buffers.Binary;

namespace Fuzz.Mutation;

/// <summary>Makes one input out of good ones: a few changes, one on top of the other, then the family's straightening.</summary>
internal sealed class Mutator(Family family)
{
    private const int MostGenerated = 512, RareSize = 4096, Newest = 16;

    private static readonly uint[] Interesting =
    [
        0, 1, 2, 0x10, 0x20, 0x40, 0x7E, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFE, 0xFF, 0x100, 0x3FF, 0x7FF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x00FFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF,
    ];

    private readonly byte[] _generated = new byte[MostGenerated];
    private readonly Draft _draft = new();

    /// <summary>The next input; it holds until the next call.</summary>
    /// <param name="favoursNew">Half of all begin with one of the last that came into the corpus.</param>
    internal ReadOnlyMemory<byte> Next(ref Random64 random, IReadOnlyList<byte[]> corpus, bool favoursNew = false)
    {
        _draft.Begin(favoursNew && random.OneIn(2) ? corpus[corpus.Count - 1 - random.Next(Math.Min(Newest, corpus.Count))] : corpus[random.Next(corpus.Count)]);
        for (var changes = 1 << random.Next(4); changes > 0; changes--)
        {
            Change(ref random, corpus);
        }

        if (family.Straighten is { } straighten && !random.OneIn(8))
        {
            straighten(_draft.Octets, ref random);
        }

        return _draft.Memory;
    }

    private void Change(ref Random64 random, IReadOnlyList<byte[]> corpus)
    {
        var kind = random.Next(32);
        if (_draft.Length == 0)
        {
            Insert(ref random);
            return;
        }

        var at = random.Next(_draft.Length);
        var octets = _draft.Octets;
        switch (kind)
        {
            case <= 3:
                octets[at] ^= (byte)(1 << random.Next(8));
                break;
            case <= 7:
                octets[at] = random.Octet();
                break;
            case <= 9:
                octets[at] += (byte)random.Next(-8, 8);
                break;
            case <= 12:
                Put(octets[at..], Interesting[random.Next(Interesting.Length)], ref random);
                break;
            case <= 14:
                _draft.Remove(at, random.Next(1, Math.Min(_draft.Length - at, random.OneIn(4) ? 256 : 8)));
                break;
            case <= 16:
                Insert(ref random);
                break;
            case <= 18:
                Repeat(at, ref random);
                break;
            case 19:
                var from = random.Next(_draft.Length);
                var count = random.Next(1, Math.Min(32, _draft.Length - Math.Max(at, from)));
                octets.Slice(from, count).CopyTo(octets[at..]);
                break;
            case <= 22:
                LengthLie.Tell(_draft, at, ref random);
                break;
            case <= 25 when family.Words.Count > 0:
                Write(family.Words[random.Next(family.Words.Count)], at, ref random);
                break;
            case <= 27:
                Cross(at, corpus[random.Next(corpus.Count)], ref random);
                break;
            case 28:
                _draft.Truncate(at);
                break;
            case 29 when family.Openers.Count > 0:
                Nest(at, ref random);
                break;
            default:
                if (family.Generate is { } generate)
                {
                    Write(_generated.AsSpan(0, generate(ref random, _generated)), at, ref random);
                }

                break;
        }
    }

    private void Insert(ref Random64 random)
    {
        var gap = _draft.Open(random.Next(_draft.Length + 1), random.Next(1, random.OneIn(8) ? 64 : 6));
        if (random.OneIn(2))
        {
            gap.Fill(random.Octet());
            return;
        }

        foreach (ref var octet in gap)
        {
            octet = random.Octet();
        }
    }

    /// <summary>Doubles a piece; rarely so often that the input becomes long.</summary>
    private void Repeat(int at, ref Random64 random)
    {
        var count = random.Next(1, Math.Min(64, _draft.Length - at));
        var times = random.OneIn(RareSize) ? Family.Longest / count : random.OneIn(16) ? 8 : 1;
        Span<byte> piece = stackalloc byte[count];
        _draft.Octets.Slice(at, count).CopyTo(piece);
        for (var gap = _draft.Open(at, count * times); gap.Length >= count; gap = gap[count..])
        {
            piece.CopyTo(gap);
        }
    }

    private void Nest(int at, ref Random64 random)
    {
        var opener = family.Openers[random.Next(family.Openers.Count)];
        var levels = random.OneIn(RareSize / 4) ? 20_000 : random.OneIn(8) ? 300 : random.Next(1, 24);
        for (var gap = _draft.Open(at, opener.Length * levels); gap.Length >= opener.Length; gap = gap[opener.Length..])
        {
            opener.CopyTo(gap);
        }
    }

    /// <summary>Puts octets in, or over what is there.</summary>
    private void Write(ReadOnlySpan<byte> octets, int at, ref Random64 random)
    {
        var place = random.OneIn(2) ? _draft.Open(at, octets.Length) : _draft.Octets[at..];
        octets[..Math.Min(octets.Length, place.Length)].CopyTo(place);
    }

    /// <summary>Goes on with the end of another input.</summary>
    private void Cross(int at, ReadOnlySpan<byte> other, ref Random64 random)
    {
        var end = other[random.Next(other.Length + 1)..];
        _draft.Truncate(at);
        var gap = _draft.Open(at, end.Length);
        end[..gap.Length].CopyTo(gap);
    }

    private static void Put(Span<byte> to, uint value, ref Random64 random)
    {
        Span<byte> octets = stackalloc byte[4];
        if (random.OneIn(2))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(octets, value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(octets, value);
            octets = octets[(value <= 0xFF ? 3 : value <= 0xFFFF ? 2 : 0)..];
        }

        var size = Math.Min(Math.Min(value <= 0xFF ? random.OneIn(4) ? 4 : 1 : value <= 0xFFFF ? 2 : 4, octets.Length), to.Length);
        octets[..size].CopyTo(to);
    }
}
