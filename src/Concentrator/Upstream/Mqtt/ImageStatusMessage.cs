using System.Text.Json.Serialization;
using Concentrator.Ports;

namespace Concentrator.Upstream.Mqtt;

/// <summary>Payload of <c>image/{sha256}/status</c>: what of an ordered image is here, and what is to be brought.</summary>
/// <param name="State"><c>waiting</c>, or <c>complete</c>: all octets are here and have the hash.</param>
/// <param name="Missing">The first gaps, from the front.</param>
/// <param name="Gaps">How many there are in all.</param>
/// <param name="WrongHashes">Times since the start that all octets were here and had another hash: they were dropped.</param>
internal sealed record ImageStatusMessage(string Sha256, string State, long Octets, long Received, IReadOnlyList<ImageGap> Missing, int Gaps, int WrongHashes, DateTime? At)
{
    /// <summary>No message tells more gaps.</summary>
    internal const int MostGaps = 64;

    internal static ImageStatusMessage Of(ImageStand stand, DateTime? at) => new(
        stand.Sha256, stand.IsComplete ? "complete" : "waiting", stand.Octets, stand.Received, [.. stand.Missing.Take(MostGaps).Select(gap => new ImageGap(gap.From, gap.Octets))], stand.Missing.Count, stand.WrongHashes, at);
}

/// <summary>Octets that are missing.</summary>
internal sealed record ImageGap(long From, long Octets);

/// <summary>Its shape, made at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ImageStatusMessage))]
internal sealed partial class ImageJson : JsonSerializerContext;
