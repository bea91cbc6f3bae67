namespace Protocols.Dlms.Sfsk;

/// <summary>The LLC of IEC 61334-4-32, as S-FSK and PRIME's 4-32 convergence layer carry it: <code>90 | destination SAP | source SAP | APDU</code></summary>
/// <param name="Destination">Client SAP, or logical device; 00 and FD in the management of the medium.</param>
/// <param name="Source">Who speaks.</param>
/// <param name="Apdu">What it carries.</param>
public readonly record struct LlcFrame(byte Destination, byte Source, ReadOnlyMemory<byte> Apdu)
{
    /// <summary>Octets in front of the APDU.</summary>
    public const int HeaderSize = 3;

    internal const byte Control = 0x90;

    /// <summary>Reads it; false where the octets begin with another control field, or end within the header.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> octets, out LlcFrame frame)
    {
        var head = octets.Span;
        var fits = head is [Control, _, _, ..];
        frame = fits ? new LlcFrame(head[1], head[2], octets[HeaderSize..]) : default;
        return fits;
    }

    /// <summary>Writes it to the front of <paramref name="to"/>; gives how many octets it takes.</summary>
    public int WriteTo(Span<byte> to)
    {
        (to[0], to[1], to[2]) = (Control, Destination, Source);
        Apdu.Span.CopyTo(to[HeaderSize..]);
        return HeaderSize + Apdu.Length;
    }
}
