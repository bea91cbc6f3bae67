namespace Concentrator.Store.BlackBox;

/// <summary>A frame as it passed.</summary>
/// <param name="At">UTC; null while the box had no time.</param>
/// <param name="Source">The driver's name in the configuration.</param>
/// <param name="RssiDbm">Received signal strength, null where the link does not tell.</param>
/// <param name="Outcome">What became of it, in one word.</param>
/// <param name="Octets">As heard.</param>
public sealed record BlackBoxFrame(DateTime? At, string Source, int? RssiDbm, string Outcome, ReadOnlyMemory<byte> Octets);
