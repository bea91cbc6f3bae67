using Protocols.Dlms.Security;

namespace Fuzz.Families;

/// <summary>Ciphers what a fuzzed side says, so that it is opened and read: a meter that has the key may be broken too.</summary>
internal sealed class Sealing(byte[] title, byte[] key, byte[] authenticationKey)
{
    private const byte Control = 0x30;
    private readonly DlmsCipher _cipher = new(key, authenticationKey);

    /// <summary>Under the APDU's own ciphered tag; as general-glo-ciphering where it has none.</summary>
    internal byte[] Seal(ReadOnlySpan<byte> apdu, uint counter, bool general)
    {
        var content = new byte[apdu.Length + DlmsCipher.Overhead(Control)];
        _cipher.Protect(Control, title, counter, apdu, content);
        byte? tag = general || apdu.IsEmpty ? null : apdu[0] switch { 0xC0 or 0xC1 or 0xC2 or 0xC3 or 0xC4 or 0xC5 or 0xC7 => (byte)(apdu[0] + 8), 1 or 5 or 6 or 8 or 12 or 13 or 14 or 24 => (byte)(apdu[0] + 0x20), _ => null };
        byte[] length = content.Length < 0x80 ? [(byte)content.Length] : [0x82, (byte)(content.Length >> 8), (byte)content.Length];
        return tag is { } own ? [own, .. length, .. content] : [0xDB, 8, .. title, .. length, .. content];
    }
}
