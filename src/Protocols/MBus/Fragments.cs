using System.Buffers.Binary;

namespace Protocols.MBus;

/// <summary>
/// Puts the fragments of messages together (EN 13757-7 clause 6.3): numbers run from 1, the first carries message control, key information, counter and length, the last the MAC.
/// Bounded: so many meters at a time, the longest waiting goes; a message of 16 KiB at most.
/// </summary>
internal sealed class Fragments
{
    /// <summary>The longest message, and in front of it the link header and the AFL.</summary>
    internal const int LongestMessage = 16 * 1024, LongestHead = LinkFrame.HeaderLength + 4 + 1 + 2 + 4 + 16 + 2;

    private const int MostMeters = 64, More = 0x4000, HasMac = 0x0400, NumberMask = 0x00FF;
    private readonly Dictionary<ulong, Partial> _partials = [];
    private long _order;

    /// <summary>Takes one fragment, already read as far as its AFL.</summary>
    /// <param name="telegram">As heard, for the proof.</param>
    /// <param name="opened">With the extended link layer open.</param>
    /// <param name="message">Where a whole message goes: the telegram that would have been sent were there no limit.</param>
    /// <param name="length">Octets of it; 0 while fragments are missing.</param>
    /// <param name="raw">All fragments as heard, one behind the other, where the message is whole.</param>
    /// <returns>Null, or why the message is given up.</returns>
    internal string? Take(ReadOnlySpan<byte> telegram, ReadOnlySpan<byte> opened, in TelegramLayers layers, Span<byte> message, out int length, out byte[] raw)
    {
        (length, raw) = (0, []);
        var number = layers.AflControl & NumberMask;
        var meter = layers.Wired ? opened[1] : layers.Link.Packed; // on a wire the A field: slaves answer one after the other
        if (number == 1)
        {
            Begin(meter, opened, layers);
        }

        if (!_partials.TryGetValue(meter, out var partial) || partial.Next != number)
        {
            _partials.Remove(meter);
            return $"fragment {number} came without those before it: the message is given up";
        }

        if (partial.Octets.Count + opened.Length - layers.Transport > LongestMessage)
        {
            _partials.Remove(meter);
            return $"fragment {number} makes the message longer than {LongestMessage} octets: it is given up";
        }

        partial.Octets.AddRange(opened[layers.Transport..]);
        partial.Raw.AddRange(telegram);
        partial.Next++;
        if ((layers.AflControl & More) == 0)
        {
            _partials.Remove(meter);
            length = Write(partial, opened, layers, message);
            raw = [.. partial.Raw];
        }

        return null;
    }

    /// <summary>Octets of the link layer in front of a message: the header of a radio's telegram, or C and A of a wired frame.</summary>
    internal static int HeadOf(in TelegramLayers layers) => layers.Wired ? 2 : LinkFrame.HeaderLength;

    private void Begin(ulong meter, ReadOnlySpan<byte> opened, in TelegramLayers layers)
    {
        _partials.Remove(meter);
        if (_partials.Count >= MostMeters)
        {
            _partials.Remove(_partials.MinBy(entry => entry.Value.Order).Key);
        }

        var mac = layers.MacAt != 0 ? layers.MacLength : 0;
        var fields = opened[(layers.Afl + 4)..layers.Transport];
        byte[] first = layers.MacAt == 0 ? fields.ToArray() : [.. opened[(layers.Afl + 4)..layers.MacAt], .. opened[(layers.MacAt + mac)..layers.Transport]];
        _partials[meter] = new Partial(++_order, (ushort)(layers.AflControl & ~(More | HasMac | NumberMask)), first, layers.MessageLengthAt != 0);
    }

    /// <summary>Link header, then an AFL as if it had been one fragment, then the message.</summary>
    private static int Write(Partial partial, ReadOnlySpan<byte> last, in TelegramLayers layers, Span<byte> message)
    {
        var mac = layers.MacAt == 0 ? default : last.Slice(layers.MacAt, layers.MacLength);
        var at = HeadOf(layers);
        last[..at].CopyTo(message);
        message[at] = 0x90;
        message[at + 1] = (byte)(2 + partial.Fields.Length + mac.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[(at + 2)..], (ushort)(partial.Control | (mac.IsEmpty ? 0 : HasMac)));
        at += 4;
        var before = partial.Fields.Length - (partial.HasLength ? 2 : 0); // the MAC stands before the message length
        partial.Fields.AsSpan(0, before).CopyTo(message[at..]);
        mac.CopyTo(message[(at + before)..]);
        partial.Fields.AsSpan(before).CopyTo(message[(at + before + mac.Length)..]);
        at += partial.Fields.Length + mac.Length;
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(partial.Octets).CopyTo(message[at..]);
        return at + partial.Octets.Count;
    }

    /// <summary>A message of which fragments are missing.</summary>
    private sealed class Partial(long order, ushort control, byte[] fields, bool hasLength)
    {
        internal long Order { get; } = order;
        internal ushort Control { get; } = control;
        internal byte[] Fields { get; } = fields;
        internal bool HasLength { get; } = hasLength;
        internal int Next { get; set; } = 1;
        internal List<byte> Octets { get; } = [];
        internal List<byte> Raw { get; } = [];
    }
}
