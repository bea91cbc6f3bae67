using Protocols.Dlms.Apdu;

namespace Concentrator.Cli.Frames;

/// <summary>The APDUs that stand one inside the other, from the outermost: prefix, blocks, signature, ciphering, service.</summary>
/// <param name="Layers">From the outside.</param>
/// <param name="Opening">What became of the ciphered one; null where none is.</param>
/// <param name="Note">What keeps from going further; null for nothing.</param>
/// <param name="Fault">Why the outermost cannot be read.</param>
internal sealed record DlmsLayers(IReadOnlyList<Pdu> Layers, DlmsOpening? Opening, string? Note, string? Fault)
{
    private const int MostLayers = 8;

    /// <summary>Takes messages apart: the last one, or the blocks of all of them.</summary>
    internal static DlmsLayers Of(IReadOnlyList<ReadOnlyMemory<byte>> messages, FrameQuestion question)
    {
        var layers = new List<Pdu>();
        DlmsOpening? opening = null;
        string? note = null;
        var next = Pdu.Read(messages[^1], out var fault);
        if (next is GeneralBlockTransfer)
        {
            layers.Add(next);
            next = Joined(messages, ref note);
        }

        while (next is not null && layers.Count < MostLayers)
        {
            layers.Add(next);
            next = next switch
            {
                Gateway gateway => Pdu.Read(gateway.Inner, out note),
                GeneralSigning signed => Pdu.Read(signed.Content, out note),
                GeneralCiphering { Content: var content } when IsClear(content) => Pdu.Read(content[CipheredContent.HeaderSize..^CipheredContent.TagSize], out note),
                GeneralCiphering => Ended("general-ciphering that is enciphered is opened with the meter's agreed or wrapped key by the service, not here", ref note),
                _ when (opening = DlmsOpening.Of(next, question) ?? opening)?.Plain is { } plain && next is Ciphered or GeneralCiphered => Pdu.Read(plain, out note),
                _ => null,
            };
        }

        return new DlmsLayers(layers, opening, note, layers.Count == 0 ? fault : null);
    }

    /// <summary>Authenticated and not enciphered: what it holds can be read, though not proven, without a key.</summary>
    private static bool IsClear(ReadOnlyMemory<byte> content) => content.Length > CipheredContent.HeaderSize + CipheredContent.TagSize && (content.Span[0] & 0x30) == 0x10;

    private static Pdu? Joined(IReadOnlyList<ReadOnlyMemory<byte>> messages, ref string? note)
    {
        var whole = new List<byte>();
        var (expected, isLast) = (1, false);
        foreach (var message in messages)
        {
            if (Pdu.Read(message, out _) is GeneralBlockTransfer block && block.Block == expected && !isLast)
            {
                whole.AddRange(block.Raw.Span);
                (expected, isLast) = (expected + 1, block.IsLast);
            }
        }

        return isLast ? Pdu.Read(whole.ToArray(), out note) : Ended($"block {expected} is missing: give the earlier ones as prior", ref note);
    }

    private static Pdu? Ended(string sentence, ref string? note)
    {
        note = sentence;
        return null;
    }
}
