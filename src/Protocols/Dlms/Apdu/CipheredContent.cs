namespace Protocols.Dlms.Apdu;

/// <summary>
/// The content of every ciphered APDU: <code>security control | invocation counter u32 | octets | [12 octets of tag where it is authenticated]</code>
/// Security control: bits 0 to 3 suite, 10 authenticated, 20 encrypted, 40 broadcast key, 80 compressed.
/// </summary>
public static class CipheredContent
{
    /// <summary>Security control and invocation counter.</summary>
    public const int HeaderSize = 5;

    /// <summary>Octets of an authentication tag, in every suite.</summary>
    public const int TagSize = 12;

    /// <summary>Octets of a system title.</summary>
    public const int TitleSize = 8;

    /// <summary>What stands around an APDU at most: tag, lengths, title, header and authentication tag; what signing adds; what general-ciphering adds.</summary>
    internal const int MostAround = 3 + 3 + 1 + TitleSize + HeaderSize + TagSize, MostAroundSigned = 1 + (3 * 9) + 2 + 3 + 2 + 96, MostAroundGeneral = (3 * 9) + 2 + 4 + 2 + 192;

    /// <summary>Bits of the security control octet: an authentication tag stands behind the text, the text is enciphered.</summary>
    public const byte Authenticated = 0x10, Encrypted = 0x20;

    internal const byte Compressed = 0x80, SuiteMask = 0x0F;

    /// <summary>Bit of an APDU that is under the broadcast key: told to many, answered by nobody.</summary>
    public const byte Broadcast = 0x40;

    internal static ReadOnlyMemory<byte> Read(ref PduReader from)
    {
        var content = from.Octets();
        if (from.Fault is not null)
        {
            return default;
        }

        var least = HeaderSize + (!content.IsEmpty && (content.Span[0] & Authenticated) != 0 ? TagSize : 0);
        return content.Length >= least ? content : from.Refuse<ReadOnlyMemory<byte>>($"{content.Length} octets are no ciphered content: {least} are the least");
    }

    /// <summary>A system title; it may be left out once the association has told it.</summary>
    internal static ReadOnlyMemory<byte> ReadTitle(ref PduReader from)
    {
        var title = from.Octets();
        return title.Length is 0 or TitleSize ? title : from.Refuse<ReadOnlyMemory<byte>>($"a system title has {TitleSize} octets, not {title.Length}");
    }
}
