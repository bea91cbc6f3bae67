using Metering.Keys;

namespace Drivers.Dlms.Keys;

/// <summary>The last counter of ours that a meter took in an association it authenticated: how far a hint without proof may lead (it is kept beside the counters that are received).</summary>
internal static class TakenCounters
{
    private const uint TakenByMeter = 1;

    /// <summary>The last one under a key; 0 for none.</summary>
    internal static uint LastTaken(this ICounterStore counters, KeyName key) => counters.LastAccepted(key with { KeyId = key.KeyId | TakenByMeter });

    /// <summary>The meter took it.</summary>
    internal static void Took(this ICounterStore counters, KeyName key, uint counter) => counters.Accept(key with { KeyId = key.KeyId | TakenByMeter }, counter, 0);
}
