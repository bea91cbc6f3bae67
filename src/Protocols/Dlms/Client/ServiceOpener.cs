using Protocols.Dlms.Apdu;
using Protocols.Dlms.Blocks;

namespace Protocols.Dlms.Client;

/// <summary>Takes an APDU of the other side out of its general blocks and its protection (IEC 62056-5-3 clauses 7 and 9). It judges nothing of the service inside.</summary>
internal sealed class ServiceOpener(AssociationSettings settings, ClientSecurity? security)
{
    private readonly PushedBlocks _pushes = new();

    /// <summary>The blocks of the question that is open, or of its answer; null where there are none.</summary>
    internal BlockExchange? Blocks { get; set; }

    /// <summary>Opens one APDU.</summary>
    /// <param name="asking">The question that is open; null for none.</param>
    internal Received Open(Pdu pdu, ReadOnlyMemory<byte> octets, Procedure? asking)
    {
        if (pdu is GeneralBlockTransfer block)
        {
            return TakeBlock(block, asking);
        }

        if (pdu is Ciphered or GeneralCiphered or GeneralCiphering or GeneralSigning)
        {
            return Decipher(pdu);
        }

        return settings.IsCiphered && pdu is not (ExceptionResponse or ConfirmedServiceError)
            ? Without(Reception.Distrusted, $"{pdu.Name} came in clear in a ciphered association")
            : new Received(Reception.Whole, pdu, octets, null);
    }

    private Received Decipher(Pdu pdu)
    {
        if (security is null)
        {
            return Without(Reception.Broken, $"{pdu.Name} came in an association that has no keys");
        }

        if (security.Open(pdu, out var octets) is { } sealing)
        {
            return Without(Reception.Distrusted, sealing);
        }

        if (octets.IsEmpty)
        {
            return Without(Reception.Useless, "a copy");
        }

        return Pdu.Read(octets, out var fault) is { } plain ? new Received(Reception.Whole, plain, octets, null)
            : Without(Reception.Broken, $"the deciphered answer cannot be read: {fault}");
    }

    private Received TakeBlock(GeneralBlockTransfer block, Procedure? asking)
    {
        if (block.Window == 0)
        {
            var pushed = _pushes.Take(block, out var lost);
            return pushed.IsEmpty ? Without(Reception.Useless, lost ?? "a block of something pushed") : OpenWhole(pushed, asking);
        }

        if (asking is null)
        {
            return Without(Reception.Useless, "a block answers no question that is open");
        }

        Blocks ??= new BlockExchange(settings.BlockWindow, asking.LongestAnswer, hasSpoken: true);
        if (Blocks.Take(block) is { } fault)
        {
            return Without(Reception.Broken, fault);
        }

        if (Blocks.Whole.IsEmpty)
        {
            return Without(Reception.Partial, null);
        }

        var whole = Blocks.Whole;
        Blocks = null;
        return OpenWhole(whole, asking);
    }

    private Received OpenWhole(ReadOnlyMemory<byte> octets, Procedure? asking) => Pdu.Read(octets, out var fault) switch
    {
        null => Without(Reception.Broken, $"the blocks hold no APDU: {fault}"),
        GeneralBlockTransfer => Without(Reception.Broken, "the blocks hold blocks"),
        var whole => Open(whole, octets, asking),
    };

    private static Received Without(Reception reception, string? sentence) => new(reception, null, default, sentence);
}
