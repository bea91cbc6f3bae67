namespace Protocols.Dlms.Client;

/// <summary>An image for a meter, as far as a transfer has to know it: its octets lie elsewhere, and are asked for block by block.</summary>
/// <param name="Identification">image_identifier, as the meter's maker gives it.</param>
/// <param name="Octets">How many there are.</param>
/// <param name="Hash">SHA-256 of them.</param>
/// <param name="Signature">What the meter must tell of it before it is activated; empty for anything.</param>
public sealed record FirmwareImage(ReadOnlyMemory<byte> Identification, int Octets, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Signature = default)
{
    /// <summary>Blocks of a size; the last may be shorter.</summary>
    public uint BlocksOf(uint size) => size == 0 ? 0 : ((uint)Octets + size - 1) / size;

    /// <summary>Where a block of a size lies.</summary>
    public (int Offset, int Octets) PlaceOf(uint block, uint size) => ((int)(block * size), Math.Min((int)size, Octets - (int)(block * size)));
}

/// <summary>What is kept of a transfer, so that it goes on after a loss of link or power, and never begins anew while the same image is in progress.</summary>
/// <param name="IsInitiated">The meter took the initiate: what it has received since is of this image.</param>
/// <param name="Block">Blocks sent so far; the meter's own bitmap decides.</param>
public sealed record ImageProgress(ReadOnlyMemory<byte> Identification, ReadOnlyMemory<byte> Hash, bool IsInitiated, uint Block)
{
    /// <summary>It is of this image.</summary>
    public bool IsOf(FirmwareImage image) => Identification.Span.SequenceEqual(image.Identification.Span) && Hash.Span.SequenceEqual(image.Hash.Span);
}
