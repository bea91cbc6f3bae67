using System.Numerics;
using System.Text;

namespace Protocols.Dlms.ModeE;

/// <summary>
/// One line of a sign-on (IEC 62056-21 clause 6), parity bits off:
/// <code>
/// request         / ? [device address] ! CR LF
/// identification  / M M M Z [\ W]* ident CR LF
/// acknowledgement 06 V Z Y CR LF
/// refusal         15
/// </code>
/// </summary>
/// <param name="Octets">Without CR and LF; its memory is the line's own.</param>
public readonly record struct ModeELine(ReadOnlyMemory<byte> Octets)
{
    internal const byte Slash = (byte)'/', Acknowledge = 0x06, NotAcknowledge = 0x15, CarriageReturn = 0x0D, LineFeed = 0x0A, ParityMask = 0x7F;

    /// <summary>The longest line: slash, maker, speed, some \W, 16 characters of identification; room for those who write more.</summary>
    internal const int Longest = 64;

    /// <summary>15: the other side did not understand.</summary>
    public bool IsRefusal => Octets.Span is [NotAcknowledge];

    /// <summary>Somebody asks: our own request, where the optical head sends it back.</summary>
    public bool IsRequest => Octets.Span is [Slash, (byte)'?', ..];

    /// <summary>06 V Z Y.</summary>
    public bool IsAcknowledgement => Octets.Span is [Acknowledge, _, _, _];

    /// <summary>The request, with CR LF and parity bits.</summary>
    /// <param name="address">Device address, up to 32 printable characters; empty calls whoever is on the line.</param>
    public static byte[] Request(string address) => WithParity(Encoding.ASCII.GetBytes($"/?{address}!\r\n"));

    /// <summary>Binary mode with the HDLC protocol procedure (V = Y = '2', annex E) at a speed, with CR LF and parity bits.</summary>
    public static byte[] ChooseHdlc(byte speed) => WithParity([Acknowledge, (byte)'2', speed, (byte)'2', CarriageReturn, LineFeed]);

    /// <summary>
    /// Sets the eighth bit of each octet to even parity. 7E1 and 8N1 are the same ten bits on the wire: the line stays at 8N1, which every adapter, serial server and pseudo terminal
    /// can do, and the parity is ours to make.
    /// </summary>
    internal static byte[] WithParity(byte[] octets)
    {
        for (var i = 0; i < octets.Length; i++)
        {
            octets[i] = (byte)(octets[i] | ((BitOperations.PopCount(octets[i]) & 1) << 7));
        }

        return octets;
    }

    /// <summary>What a person can read of it.</summary>
    public override string ToString() => string.Concat(Octets.ToArray().Select(octet => octet is >= 0x20 and < 0x7F ? ((char)octet).ToString() : $"<{octet:X2}>"));
}
