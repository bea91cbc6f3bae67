namespace Concentrator.Orders;

/// <summary>An image that an order names: who signs the order signs the hash, and its parts need no signature of their own.</summary>
/// <param name="Sha256">In lower-case hex.</param>
internal sealed record OrderedImage(string Sha256, int Octets)
{
    private const int HashOctets = 32;

    internal byte[] Hash => Convert.FromHexString(Sha256);

    internal static OrderedImage Read(OrderArguments args)
    {
        var hash = args.Octets("imageSha256", isNeeded: true);
        return hash.Length == HashOctets ? new OrderedImage(Convert.ToHexStringLower(hash), args.Number("imageOctets", 1, int.MaxValue))
            : throw new InvalidDataException($"imageSha256 wants the SHA-256 of the image, {HashOctets} octets in hex");
    }
}
