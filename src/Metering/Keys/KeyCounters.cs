namespace Metering.Keys;

/// <summary>Under which name the message counters of a meter's encryption key are kept: another one for every key it had, so that no counter of one key is taken for one of another.</summary>
public static class KeyCounters
{
    /// <summary>The name for the key that serves now.</summary>
    public static KeyName CountersOf(this IKeyRing keys, string device, int client) => Of(device, client, keys.Rotation?.Generation(device, client) ?? 0);

    /// <summary>The name for the key of a generation. Even numbers: the odd one beside it is for what the meter took.</summary>
    public static KeyName Of(string device, int client, uint generation) => new(device, KeyPurpose.Guek, client, generation << 1);
}
