namespace Metering.Orders;

/// <summary>The octets of an image, wherever they lie: read block by block, so that nobody has to hold all of them.</summary>
public interface IImageSource
{
    /// <summary>How many there are.</summary>
    int Length { get; }

    /// <summary>SHA-256 of all of them.</summary>
    ReadOnlyMemory<byte> Hash { get; }

    /// <summary>Fills the destination with the octets from an offset on.</summary>
    /// <exception cref="IOException">They cannot be read, or are no longer there.</exception>
    void Read(int offset, Span<byte> destination);
}
