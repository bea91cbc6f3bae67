using Metering.Keys;

namespace Protocols.MBus;

/// <summary>Which of a meter's counters a number in a telegram belongs to: the message counter of the AFL, or the session number of the extended link layer.</summary>
public static class CounterName
{
    private const int ExtendedLink = 1;

    /// <summary>The counter's name in an <see cref="ICounterStore"/>.</summary>
    /// <param name="device">The meter's id.</param>
    /// <param name="mode">Security mode; -1 for the extended link layer, as in SecurityFacts.</param>
    /// <param name="keyId">Key id that the telegram names.</param>
    public static KeyName Of(string device, int mode, uint keyId) => new(device, KeyPurpose.MBus, mode < 0 ? ExtendedLink : 0, keyId);
}
