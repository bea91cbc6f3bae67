using System.Security.Cryptography;

namespace Metering.Orders;

/// <summary>An image that came whole, in an order.</summary>
public sealed class ImageOctets(ReadOnlyMemory<byte> octets) : IImageSource
{
    private byte[]? _hash;

    public int Length => octets.Length;

    public ReadOnlyMemory<byte> Hash => _hash ??= SHA256.HashData(octets.Span);

    public void Read(int offset, Span<byte> destination) => octets.Span.Slice(offset, destination.Length).CopyTo(destination);
}
