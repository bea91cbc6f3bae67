using System.Text;
using Metering.Ledger;

namespace Concentrator.Upstream.Dlms;

/// <summary>An image transfer, as it is remembered.</summary>
/// <param name="Identifier">As the head-end named it.</param>
/// <param name="Octets">Of the image.</param>
/// <param name="Sha256">Of all of it, once it was verified; null before.</param>
internal sealed record ImageTransferState(byte[] Identifier, long Octets, string? Sha256)
{
    /// <summary>Begins the identifier of an image for the box itself; every other one is for meters.</summary>
    private static ReadOnlySpan<byte> OfBox => "BOX:"u8;

    /// <summary>It is for the box itself.</summary>
    internal bool IsForBox => Identifier.AsSpan().StartsWith(OfBox);

    /// <summary>Blocks it has.</summary>
    internal int Blocks => (int)((Octets + DoorImage.BlockOctets - 1) / DoorImage.BlockOctets);

    /// <summary>The identifier for people.</summary>
    internal string Text => Identifier.All(octet => octet is >= 0x20 and < 0x7F) ? Encoding.ASCII.GetString(Identifier) : Convert.ToHexString(Identifier);

    /// <summary>Octets a block has: the last one what is left.</summary>
    internal long OctetsOf(long block) => Math.Min(DoorImage.BlockOctets, Octets - (block * DoorImage.BlockOctets));

    internal byte[] ToOctets()
    {
        var to = new OctetWriter();
        to.Octets(Identifier);
        to.Number((ulong)Octets);
        to.Text(Sha256);
        return to.ToArray();
    }

    /// <summary>Null where there is none, or one of another version.</summary>
    internal static ImageTransferState? Parse(ReadOnlyMemory<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return null;
        }

        try
        {
            var from = new OctetReader(octets);
            return new ImageTransferState(from.Octets().ToArray(), (long)from.Number(), from.OptionalText());
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
