using System.Buffers.Binary;
using Protocols.Dlms.Hdlc;

namespace Protocols.Dlms.Sfsk;

/// <summary>
/// A MAC frame of S-FSK with the 4-32 LLC (IEC 61334-4-1 and 4-32), as an initiator gives it to its modem:
/// <code>02 | length | 50 | credits | source 12 bits, destination 12 bits | pad length | 90 dsap ssap data | zeros | FCS16, low octet first</code>
/// Length counts from 02 to the last octet of data; zeros fill it up to a multiple of 36.
/// </summary>
/// <param name="Credits">Initial, current and delta credit of the repetition.</param>
/// <param name="Source">MAC address, see <see cref="SfskAddress"/>.</param>
/// <param name="Destination">MAC address.</param>
/// <param name="Llc">What it carries.</param>
public readonly record struct SfskFrame(byte Credits, ushort Source, ushort Destination, LlcFrame Llc)
{
    /// <summary>The most octets of data behind the LLC header.</summary>
    public const int LongestData = 134;

    /// <summary>The longest frame that is read: seven sub-frames and the check.</summary>
    public const int Longest = (7 * SubFrame) + Check;

    internal const int SubFrame = 36, Check = 2, Header = 8;
    internal const byte Start = 0x02, Form = 0x50;

    /// <summary>Octets the frame takes.</summary>
    public int Length => Whole(Header + LlcFrame.HeaderSize + Llc.Apdu.Length) + Check;

    /// <summary>Writes it to the front of <paramref name="to"/>; gives how many octets it takes.</summary>
    public int WriteTo(Span<byte> to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Llc.Apdu.Length, LongestData, nameof(Llc));
        var length = Header + LlcFrame.HeaderSize + Llc.Apdu.Length;
        var padded = Whole(length);
        (to[0], to[1], to[2], to[3]) = (Start, (byte)length, Form, Credits);
        SfskAddress.Write(to[4..], Source, Destination);
        to[7] = (byte)(padded - length);
        Llc.WriteTo(to[Header..]);
        to[length..padded].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(to[padded..], Fcs16.Compute(to[..padded]));
        return padded + Check;
    }

    internal static int Whole(int length) => (length + SubFrame - 1) / SubFrame * SubFrame;
}
