using System.Buffers.Binary;
using System.Text;
using Metering.Ledger;

namespace Concentrator.Store.BlackBox;

/// <summary>
/// A frame in a segment, little-endian:
/// <code>
/// 0 mark A5 5A C3 3C | 4 length u16 (from 6 to the end) | 6 CRC-32C u32 over length and 10.. | 10 UTC i64 (100 ns ticks, 0 = none) | 18 RSSI i16 (-32768 = none)
/// 20 length u8 and source | length u8 and outcome | octets
/// </code>
/// A damaged frame costs only itself: reading goes on at the next mark whose CRC holds.
/// </summary>
internal static class FrameCodec
{
    /// <summary>No frame takes more in a segment.</summary>
    internal const int MaxSize = 6 + ushort.MaxValue;

    /// <summary>Longer frames are cut: no radio or line of ours sends them.</summary>
    internal const int MaxOctets = 60_000;

    private const int Head = 20, Shortest = Head + 2;
    private const int MaxText = 255;

    private static ReadOnlySpan<byte> Mark => [0xA5, 0x5A, 0xC3, 0x3C];

    /// <summary>Octets that <see cref="Write"/> takes at most.</summary>
    internal static int SizeOf(BlackBoxFrame frame) => Shortest + (2 * MaxText) + Math.Min(MaxOctets, frame.Octets.Length);

    /// <summary>Writes a frame; how many octets it took.</summary>
    internal static int Write(Span<byte> to, BlackBoxFrame frame)
    {
        Mark.CopyTo(to);
        BinaryPrimitives.WriteInt64LittleEndian(to[10..], frame.At?.Ticks ?? 0);
        BinaryPrimitives.WriteInt16LittleEndian(to[18..], frame.RssiDbm is { } rssi ? (short)Math.Clamp(rssi, short.MinValue + 1, short.MaxValue) : short.MinValue);
        var at = Head;
        at += WriteText(to[at..], frame.Source);
        at += WriteText(to[at..], frame.Outcome);
        var octets = frame.Octets.Span[..Math.Min(MaxOctets, frame.Octets.Length)];
        octets.CopyTo(to[at..]);
        at += octets.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], (ushort)(at - 6));
        BinaryPrimitives.WriteUInt32LittleEndian(to[6..], Checksum(to[..at]));
        return at;
    }

    /// <summary>The next whole frame in <paramref name="source"/>; moves <paramref name="at"/> behind it. Null where there is none any more.</summary>
    internal static BlackBoxFrame? ReadNext(ReadOnlySpan<byte> source, ref int at)
    {
        while (source[at..].IndexOf(Mark) is var skip and >= 0)
        {
            at += skip;
            if (TryRead(source[at..], out var frame, out var size))
            {
                at += size;
                return frame;
            }

            at++;
        }

        at = source.Length;
        return null;
    }

    private static bool TryRead(ReadOnlySpan<byte> source, out BlackBoxFrame? frame, out int size)
    {
        frame = null;
        size = source.Length < Shortest ? int.MaxValue : 6 + BinaryPrimitives.ReadUInt16LittleEndian(source[4..]);
        if (size < Shortest || size > source.Length || BinaryPrimitives.ReadUInt32LittleEndian(source[6..]) != Checksum(source[..size]))
        {
            return false;
        }

        var body = source[Head..size];
        var ticks = BinaryPrimitives.ReadInt64LittleEndian(source[10..]);
        var rssi = BinaryPrimitives.ReadInt16LittleEndian(source[18..]);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || ReadText(ref body) is not { } from || ReadText(ref body) is not { } outcome)
        {
            return false;
        }

        frame = new BlackBoxFrame(
            ticks == 0 ? null : new DateTime(ticks, DateTimeKind.Utc), from, rssi == short.MinValue ? null : rssi, outcome, body.ToArray());
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> record) => Crc32C.Compute(record[10..], BinaryPrimitives.ReadUInt16LittleEndian(record[4..]));

    private static int WriteText(Span<byte> to, string text)
    {
        Encoding.UTF8.TryGetBytes(text.AsSpan(0, Math.Min(text.Length, MaxText / 3)), to[1..], out var length);
        to[0] = (byte)length;
        return 1 + length;
    }

    private static string? ReadText(ref ReadOnlySpan<byte> from)
    {
        if (from.IsEmpty || from[0] > from.Length - 1)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(from.Slice(1, from[0]));
        from = from[(1 + from[0])..];
        return text;
    }
}
