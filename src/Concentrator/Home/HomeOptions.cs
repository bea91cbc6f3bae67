using System.Net;
using Metering;

namespace Concentrator.Home;

/// <summary>A consumer, and what may be seen of which meters.</summary>
/// <param name="Name">For people.</param>
/// <param name="Meters">The consumer's own meters; nobody else's are shown.</param>
/// <param name="TokenHash">SHA-256 of what the consumer's devices prove themselves by; empty where there is only a display on a line.</param>
/// <param name="Refresh">Nothing that is shown is to be older.</param>
/// <param name="Display">Device path of the line to a display (H1), or null.</param>
internal sealed record HomeConsumer(string Name, IReadOnlyList<MeterId> Meters, ReadOnlyMemory<byte> TokenHash, TimeSpan Refresh, string? Display);

/// <summary>The consumers' side of the box.</summary>
/// <param name="Listen">Where home automation comes to (H2 of a building's box, H3 of a neighbourhood's); null where nothing listens.</param>
/// <param name="Certificate">PEM file; null only on the box itself.</param>
/// <param name="Key">Its private key.</param>
/// <param name="Maker">FLAG letters that stand on displays' telegrams.</param>
/// <param name="Box">The box's id.</param>
/// <param name="Zone">In which displays show the time.</param>
internal sealed record HomeOptions(IPEndPoint? Listen, string? Certificate, string? Key, string Maker, string Box, TimeZoneInfo Zone, IReadOnlyList<HomeConsumer> Consumers);
