using System.Buffers.Binary;
using Protocols.Dlms.Apdu;
using Protocols.Dlms.Security;

namespace Concentrator.Cli.Frames;

/// <summary>What became of a ciphered APDU.</summary>
internal sealed record DlmsOpening(byte Control, uint Counter, byte[]? SystemTitle, string State, byte[]? Plain, string? Fault)
{
    internal static DlmsOpening? Of(Pdu apdu, FrameQuestion question)
    {
        var (content, told, dedicated) = apdu switch
        {
            Ciphered ciphered => (ciphered.Content, default(ReadOnlyMemory<byte>), ciphered.IsDedicated),
            GeneralCiphered ciphered => (ciphered.Content, ciphered.SystemTitle, ciphered.IsDedicated),
            AssociationMessage { Initiate: { } initiate } association when Pdu.Read(initiate, out _) is Ciphered ciphered => (ciphered.Content, association.SystemTitle ?? default, false),
            _ => default,
        };
        if (content.IsEmpty)
        {
            return null;
        }

        var (control, counter) = (content.Span[0], BinaryPrimitives.ReadUInt32BigEndian(content.Span[1..]));
        var title = told.IsEmpty ? FromHex(question.SystemTitle) : told.ToArray();
        var (key, authentication) = (FromHex(dedicated ? question.Dedicated : question.Guek), FromHex(question.Gak) ?? []);
        if (key is null || title is null)
        {
            return new DlmsOpening(control, counter, title, "no-key", null, null);
        }

        try
        {
            using var cipher = new DlmsCipher(key, authentication);
            var plain = new byte[content.Length];
            var fault = cipher.Open(content.Span, title, plain, out var length);
            return new DlmsOpening(control, counter, title, fault is null ? "decrypted" : "wrong-key", fault is null ? plain[..length] : null, fault);
        }
        catch (ArgumentException e)
        {
            return new DlmsOpening(control, counter, title, "no-key", null, e.Message);
        }
    }

    private static byte[]? FromHex(string? text) => text is { Length: > 0 } && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
}
