namespace Protocols.Dlms.Hdlc;

/// <summary>The LLC header in front of every APDU over HDLC (IEC 62056-46, 5.3): <code>E6 | E6 command or E7 response | 00 quality</code></summary>
public static class HdlcLlc
{
    /// <summary>Octets it takes.</summary>
    public const int Length = 3;

    internal const byte Destination = 0xE6, Command = 0xE6, Response = 0xE7;

    /// <summary>The octets begin with one. Its third octet is reserved: meters have been seen to write others than 00.</summary>
    public static bool Stands(ReadOnlySpan<byte> octets) => octets is [Destination, Command or Response, _, ..];

    /// <summary>The octets behind it; all of them where none stands there, as in further blocks of meters that push.</summary>
    public static ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> octets) => Stands(octets.Span) ? octets[Length..] : octets;
}
