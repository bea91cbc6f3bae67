namespace Drivers.Dlms.Street;

/// <summary>What a medium that many meters share gives to each of them.</summary>
/// <param name="Turns">Whose message is the next.</param>
/// <param name="Images">Images that are told to many at once; null where the medium has no word to all.</param>
internal sealed record MeterStreet(MediumTurns Turns, ImageCast? Images);
