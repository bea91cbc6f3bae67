namespace Drivers.Dlms.Street;

/// <summary>Meters that hear the same: they have the key of the street in common.</summary>
/// <param name="Name">Names the broadcast and authentication key without telling them.</param>
/// <param name="Counters">Under which name the counters of the broadcast key are kept: all that was ever sent under it counts together, whoever it was for.</param>
/// <param name="Meter">One of them, by which the keys are found.</param>
/// <param name="KeyedClient">The client under which they are found.</param>
/// <param name="Client">The pre-established client as which they are spoken to.</param>
/// <param name="Suite">Security suite.</param>
internal sealed record VoiceKey(string Name, string Counters, string Meter, int KeyedClient, int Client, byte Suite);
