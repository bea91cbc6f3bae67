using System.Security.Cryptography;

namespace Protocols.Dlms.Client;

/// <summary>An image for a meter.</summary>
/// <param name="Identification">image_identifier, as the meter's maker gives it.</param>
/// <param name="Signature">What the meter must tell of it before it is activated; empty for anything.</param>
public sealed record FirmwareImage(ReadOnlyMemory<byte> Identification, ReadOnlyMemory<byte> Octets, ReadOnlyMemory<byte> Signature = default)
{
    private byte[]? _hash;

    /// <summary>SHA-256 of the octets.</summary>
    public ReadOnlySpan<byte> Hash => _hash ??= SHA256.HashData(Octets.Span);

    /// <summary>Blocks of a size; the last may be shorter.</summary>
    public uint BlocksOf(uint size) => size == 0 ? 0 : ((uint)Octets.Length + size - 1) / size;
}

/// <summary>What is kept of a transfer, so that it goes on after a loss of link or power, and never begins anew while the same image is in progress.</summary>
/// <param name="IsInitiated">The meter took the initiate: what it has received since is of this image.</param>
/// <param name="Block">Blocks sent so far; the meter's own bitmap decides.</param>
public sealed record ImageProgress(ReadOnlyMemory<byte> Identification, ReadOnlyMemory<byte> Hash, bool IsInitiated, uint Block)
{
    /// <summary>It is of this image.</summary>
    public bool IsOf(FirmwareImage image) => Identification.Span.SequenceEqual(image.Identification.Span) && Hash.Span.SequenceEqual(image.Hash);
}
