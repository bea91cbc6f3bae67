using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Metering;
using Protocols.Dlms.AXdr;

namespace Protocols.Dlms.Apdu;

/// <summary>
/// Reads an APDU field by field. The first thing that does not fit is kept as the fault; what is read after it is empty, so that a message reads as its layout is written.
/// </summary>
internal ref struct PduReader(ReadOnlyMemory<byte> pdu)
{
    /// <summary>The lists of a message may take so many times its octets, and this much more.</summary>
    private const int MostTimes = 12, MostMore = 32 * 1024;

    private readonly ReadOnlyMemory<byte> _pdu = pdu;
    private readonly ReadOnlySpan<byte> _octets = pdu.Span;
    private long _room = ((long)pdu.Length * MostTimes) + MostMore;
    private int _at;

    /// <summary>Reads one item of a list.</summary>
    internal delegate T Reading<T>(ref PduReader from);

    /// <summary>Why the message cannot be read; null where it can.</summary>
    internal string? Fault { get; private set; }

    /// <summary>Octets left.</summary>
    internal readonly int Remaining => _pdu.Length - _at;

    internal byte Byte() => Has(1) ? _octets[_at++] : (byte)0;

    internal ushort UInt16() => Has(2) ? BinaryPrimitives.ReadUInt16BigEndian(_octets[((_at += 2) - 2)..]) : (ushort)0;

    internal uint UInt32() => Has(4) ? BinaryPrimitives.ReadUInt32BigEndian(_octets[((_at += 4) - 4)..]) : 0;

    internal InvokeId InvokeId() => new(Byte());

    internal AttributeDescriptor Attribute() => new(UInt16(), Obis(), (sbyte)Byte());

    internal Obis Obis()
    {
        var octets = Take(6).Span;
        return octets.Length == 6 ? new Obis(octets[0], octets[1], octets[2], octets[3], octets[4], octets[5]) : default;
    }

    /// <summary>00, or 01 and what follows.</summary>
    internal bool IsPresent()
    {
        var flag = Byte();
        return flag <= 1 ? flag == 1 : Refuse<bool>($"octet {flag:X2} where 00 (absent) or 01 (present) was expected");
    }

    /// <summary>A length or a count.</summary>
    internal int Length()
    {
        var reader = new AXdrReader(_octets[_at..]);
        if (!reader.TryLength(out var length))
        {
            return Refuse<int>("the message ends inside a length");
        }

        _at += reader.Position;
        return length;
    }

    /// <summary>Octets with their length in front.</summary>
    internal ReadOnlyMemory<byte> Octets() => Take(Length());

    /// <summary>Everything that is left.</summary>
    internal ReadOnlyMemory<byte> Rest() => Take(Remaining);

    /// <summary>So many octets.</summary>
    internal ReadOnlyMemory<byte> Take(int count)
    {
        if (!Has(count))
        {
            return default;
        }

        _at += count;
        return _pdu.Slice(_at - count, count);
    }

    /// <summary>True where so many octets are there; else that is the fault.</summary>
    private bool Has(int count) =>
        Fault is null && (count <= Remaining || Refuse<bool>($"{count} octets are announced at octet {_at}, {Remaining} are there"));

    /// <summary>One Data with everything in it.</summary>
    internal ReadOnlyMemory<byte> Data()
    {
        if (Fault is not null)
        {
            return default;
        }

        var reader = new AXdrReader(_octets[_at..]);
        return reader.TrySkip() ? Take(reader.Position)
            : Refuse<ReadOnlyMemory<byte>>($"the data at octet {_at} do not fit: an unknown type, more than the message holds, or nested deeper than {AXdrReader.MostDepth}");
    }

    /// <summary>00, or 01 and octets with their length in front.</summary>
    internal ReadOnlyMemory<byte>? OptionalOctets()
    {
        ReadOnlyMemory<byte>? none = null; // a bare null would become empty octets
        return IsPresent() ? Octets() : none;
    }

    /// <summary>00, or 01 and one Data.</summary>
    internal ReadOnlyMemory<byte>? OptionalData()
    {
        ReadOnlyMemory<byte>? none = null;
        return IsPresent() ? Data() : none;
    }

    /// <summary>Octets with their length in front, or null at the end of the message.</summary>
    internal ReadOnlyMemory<byte>? OctetsUnlessEnd()
    {
        ReadOnlyMemory<byte>? none = null;
        return Remaining > 0 ? Octets() : none;
    }

    /// <summary>Selective access: absent, or a selector and its parameters.</summary>
    internal Selection? Selection() => IsPresent() ? new Selection(Byte(), Data()) : null;

    /// <summary>A count, and so many items; an item takes one octet at least, and all lists of a message together stay within its room.</summary>
    internal T[] List<T>(Reading<T> one)
    {
        var count = Length();
        if (Fault is not null || count > Remaining)
        {
            return Fault is not null ? [] : Refuse<T[]>($"{count} items are announced, {Remaining} octets are there") ?? [];
        }

        _room -= (long)count * Unsafe.SizeOf<T>();
        if (_room < 0)
        {
            return Refuse<T[]>($"{count} items are more than a message of {_pdu.Length} octets may hold") ?? [];
        }

        var items = new T[count];
        for (var i = 0; i < count && Fault is null; i++)
        {
            items[i] = one(ref this);
        }

        return items;
    }

    /// <summary>An octet further on; null where there is none.</summary>
    internal readonly byte? Peek(int ahead) => ahead < Remaining ? _octets[_at + ahead] : null;

    /// <summary>Notes a fault; only the first counts.</summary>
    internal T? Refuse<T>(string sentence)
    {
        Fault ??= sentence;
        _at = _pdu.Length;
        return default;
    }
}
