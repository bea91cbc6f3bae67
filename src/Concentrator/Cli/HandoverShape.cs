using Concentrator.Web;

namespace Concentrator.Cli;

/// <summary>The day a box is handed over, in one document.</summary>
/// <param name="Open">Meters that are to be read here: expected or joined.</param>
/// <param name="Joined">Of these, how many came.</param>
/// <param name="Missing">Of these, those that did not come, or cannot be asked now, each with why.</param>
/// <param name="Installation">System title and box key, for the head-end's records.</param>
/// <param name="Exposed">Meters that let whoever has the key of the street operate more than clock and image.</param>
/// <param name="Unexpected">Meters that were heard and that nobody expected.</param>
internal sealed record HandoverShape(
    DateTime? At, string Id, string Version, bool Well, string Verdict, IReadOnlyList<DriverShape> Drivers, IReadOnlyList<UpstreamShape> Upstreams, int Open, int Joined, int Exchanged, int Retired,
    IReadOnlyList<HandoverMeter> Missing, IReadOnlyList<HandoverMeter> Unexpected, IReadOnlyList<NodeShape> Quarantine, IReadOnlyList<HandoverMeter> KeysMissing, IReadOnlyList<ReadingShape> FirstReadings,
    IReadOnlyList<HandoverMeter> WithoutReading, IReadOnlyList<HandoverMeter> Exposed, InstallationShape? Installation);

/// <summary>A meter in it, and what is to be said.</summary>
internal sealed record HandoverMeter(string Meter, string? Place, string Sentence);
